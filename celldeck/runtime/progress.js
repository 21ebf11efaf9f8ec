/** A thin bar along the foot of the window that shows how far the talk is. */
export default function progress(deck) {
  if (deck.options.progress === false) return;
  const frame = document.createElement("div");
  frame.className = "bespoke-progress-parent";
  frame.setAttribute("aria-hidden", "true");
  const bar = document.createElement("div");
  bar.className = "bespoke-progress-bar";
  frame.append(bar);

  deck.on("slide", ({ index }) => {
    const last = deck.slides.length - 1;
    bar.style.flexBasis = `${last ? (100 * index) / last : 100}%`;
  });
  document.body.append(frame);
}
