//! Variant files as text.

/// The chromosome 7 of GRCh38, as a header names it.
pub const GRCH38: &str = "##contig=<ID=chr7,length=159345973>\n";
/// The chromosome 7 of GRCh37, as a header names it.
pub const GRCH37: &str = "##contig=<ID=7,length=159138663>\n";

/// A file of one sample `S`; blanks in the rows stand for tabs.
pub fn vcf(contigs: &str, rows: &[&str]) -> String {
    let rows: Vec<String> = rows.iter().map(|row| row.replace(' ', "\t")).collect();
    format!(
        "##fileformat=VCFv4.2\n{contigs}#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\tS\n\
         {}\n",
        rows.join("\n")
    )
}
