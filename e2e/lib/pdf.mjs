// A laboratory's report as PDF: one page, texts at places, a compressed stream, a table of objects.

import { deflateSync } from 'node:zlib';

const HEIGHT = 792;

/** A report about a person, `lines` below one another under its results. */
export function report({ name, born, number }, lines) {
  const head = [
    [40, 40, `Patient Name: ${name}`],
    [300, 40, `Date of Birth: ${born}`],
    [40, 54, `MRN: ${number}`],
    [300, 54, 'Specimen Type: Blood'],
    [40, 68, 'Report Date: 2026-01-12'],
    [40, 110, 'Results'],
  ];
  const texts = [...head, ...lines.map((line, at) => [40, 150 + 40 * at, line])];
  const content = texts.map(([left, top, text]) => {
    const escaped = text.replace(/[()\\]/g, '\\$&');
    return `/F1 10 Tf 1 0 0 1 ${left} ${HEIGHT - top} Tm (${escaped}) Tj`;
  });
  const packed = deflateSync(Buffer.from(`BT\n${content.join('\n')}\nET\n`, 'latin1'));
  const stream = Buffer.concat([
    Buffer.from(`<</Filter/FlateDecode/Length ${packed.length}>>\nstream\n`),
    packed,
    Buffer.from('\nendstream'),
  ]);
  return file([
    '<</Type/Catalog/Pages 2 0 R>>',
    '<</Type/Pages/Count 1/Kids[4 0 R]>>',
    '<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>',
    `<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 ${HEIGHT}]/Contents 5 0 R`
      + '/Resources<</Font<</F1 3 0 R>>>>>>',
    stream,
  ]);
}

function file(objects) {
  const parts = [Buffer.from('%PDF-1.4\n')];
  const places = [];
  let length = parts[0].length;
  const add = (bytes) => {
    parts.push(bytes);
    length += bytes.length;
  };
  for (const [number, object] of objects.entries()) {
    places.push(length);
    add(Buffer.from(`${number + 1} 0 obj\n`));
    add(Buffer.from(object));
    add(Buffer.from('\nendobj\n'));
  }
  const table = length;
  const rows = places.map((place) => `${String(place).padStart(10, '0')} 00000 n \n`);
  add(Buffer.from(
    `xref\n0 ${objects.length + 1}\n0000000000 65535 f \n${rows.join('')}`
      + `trailer\n<</Size ${objects.length + 1}/Root 1 0 R>>\nstartxref\n${table}\n%%EOF\n`,
  ));
  return Buffer.concat(parts);
}
