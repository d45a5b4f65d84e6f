// Opens the operator's browser of genomes (igv.js) on a place. Everything that it shows comes from
// this server, and the table of the page says the same without it.
"use strict";
(() => {
  const frame = document.getElementById("locus-viewer");
  if (!frame) return;
  // igv draws on white, in the dark as well.
  const [CALLS, GAPS] = ["#0b4f6c", "#56616b"];
  const said = frame.querySelector("p");
  const { locus, sequence, features, build } = frame.dataset;
  const failed = (why) => { said.textContent = `The browser could not be opened: ${why}`; };
  const track = (name, of, color) => ({
    name, color, type: "annotation", format: "bed", features: of, displayMode: "EXPANDED",
    searchable: false, autoHeight: true, removable: false,
  });
  const open = async () => {
    if (!globalThis.igv) return failed("its script was not loaded.");
    const answer = await fetch(features, { headers: { Accept: "application/json" } });
    if (!answer.ok) return failed("what was found could not be read.");
    const { calls, gaps } = await answer.json();
    await globalThis.igv.createBrowser(frame, {
      loadDefaultGenomes: false,
      reference: {
        id: build, name: build, fastaURL: sequence, indexURL: `${sequence}.fai`,
        wholeGenomeView: false,
      },
      locus,
      // A track without features would be no track: what was looked at throughout has no gaps.
      tracks: [
        track("Calls", calls, CALLS),
        track("Not tested, or not known", gaps, GAPS),
      ],
    });
    // igv takes the page's dark letters on its own white, and leaves its slider without a name.
    const within = frame.shadowRoot ?? frame;
    for (const part of within.querySelectorAll(".igv-container")) part.style.colorScheme = "light";
    for (const slider of within.querySelectorAll("input[type=range]")) {
      slider.setAttribute("aria-label", "Zoom");
    }
    said.remove();
    frame.dataset.state = "open";
  };
  open().catch((error) => failed(error.message));
})();
