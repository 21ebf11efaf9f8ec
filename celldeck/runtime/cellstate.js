/**
 * The cell that runs, in the presenter view: how long it has run, and the end of what it writes. Where nothing
 * can be run (`deck.cells` is not there) nothing shows. What has run stays until another slide shows.
 */
export default function cellstate(deck) {
  const lines = 4;
  const panel = deck.panels.run;
  const state = panel.appendChild(document.createElement("h2"));
  const output = panel.appendChild(document.createElement("div"));
  output.className = "celldeck-run-output";
  const text = output.appendChild(document.createElement("pre"));
  const picture = output.appendChild(document.createElement("img"));
  picture.alt = "";
  let shown = null; // the number of a cell, from 0
  let drawn = null; // what it has written, as it was last drawn

  const seconds = (value) => (value < 10 ? value.toFixed(1) : Math.round(value)) + " s";

  const words = (cell) => {
    if (cell.elapsed !== null) return `running, ${seconds(cell.elapsed + (performance.now() - cell.heard) / 1000)}`;
    if (cell.waitsFor !== null) return `waits for cell ${cell.waitsFor}`;
    return cell.seconds === null ? "has not run here" : `has run, ${seconds(cell.seconds)}`;
  };

  const draw = () => {
    const cell = shown === null ? null : deck.cells?.all.get(shown);
    document.body.classList.toggle("celldeck-runs", Boolean(cell));
    if (!cell) return;
    state.textContent = `Cell ${shown + 1} ${words(cell)}`;
    panel.toggleAttribute("data-now", cell.elapsed !== null);
    if (drawn === cell.parts) return;
    drawn = cell.parts;
    const parts = (cell.parts ?? []).map((html) => deck.html(html));
    const written = parts.map((part) => part.textContent.trim()).filter(Boolean).join("\n");
    text.textContent = written.split("\n").slice(-lines).join("\n");
    const image = parts.flatMap((part) => [...part.querySelectorAll("img")]).at(-1);
    picture.hidden = !image;
    if (image) picture.src = image.src;
    output.hidden = !written && !image;
  };

  deck.on("cells", () => {
    const all = [...deck.cells.all.values()];
    const running = all.find(({ elapsed }) => elapsed !== null) ?? all.find(({ waitsFor }) => waitsFor !== null);
    if (running) shown = running.cell;
    draw();
  });
  deck.on("slide", () => {
    if (shown === null || deck.cells?.all.get(shown)?.elapsed !== null) return;
    shown = null;
    draw();
  });
  setInterval(() => { if (panel.hasAttribute("data-now")) draw(); }, 200);
}
