/**
 * What the next step will show, in the presenter view: a copy of the slide in a shadow tree, which the deck's
 * own styles reach and whose ids collide with nobody's.
 */
export default function preview(deck) {
  const frame = deck.panels.next;
  const title = frame.appendChild(document.createElement("h2"));
  title.textContent = "Next";
  const host = frame.appendChild(document.createElement("div"));
  host.className = "celldeck-preview";
  host.setAttribute("aria-hidden", "true");
  host.inert = true;
  const shadow = host.attachShadow({ mode: "open" });
  const styles = shadow.appendChild(document.createElement("style"));
  const stage = shadow.appendChild(document.createElement("div"));
  stage.id = ":$p";
  const own = `:host { display: block; } #\\:\\$p { position: absolute; inset: 0; }
    #\\:\\$p > * { position: absolute; width: 100%; height: 100%; }
    [data-bespoke-marp-fragment="inactive"] { visibility: hidden; }
    section:not(.dim, .spotlight) figure[data-bespoke-marp-fragment="inactive"] { visibility: hidden !important; }
    .celldeck-ink path { fill: none; stroke-linecap: round; }`;

  const dress = () => {
    styles.textContent = `${document.querySelector("style[data-celldeck='deck']")?.textContent ?? ""}\n${own}`;
  };

  const copyOf = (slide) => {
    const copy = slide.cloneNode(true);
    copy.removeAttribute("aria-hidden");
    copy.removeAttribute("style");
    copy.setAttribute("class", "");
    // Nothing of it takes the focus: `inert` says so to browsers, and this to whatever does not know that.
    for (const element of copy.querySelectorAll("a[href], button, input, select, textarea, summary, [tabindex], [controls]")) {
      element.setAttribute("tabindex", "-1");
    }
    for (const loud of copy.querySelectorAll("script, audio, iframe")) loud.remove();
    for (const film of copy.querySelectorAll("video")) film.removeAttribute("autoplay");
    const drawn = slide.querySelectorAll("canvas");
    copy.querySelectorAll("canvas").forEach((canvas, at) => {
      if (drawn[at].width && drawn[at].height) canvas.getContext("2d")?.drawImage(drawn[at], 0, 0);
    });
    return copy;
  };

  const show = ({ index, step, slide }) => {
    const isLast = step >= deck.lastStep(slide);
    const next = isLast ? deck.slides[index + 1] : slide;
    title.textContent = next ? (isLast ? "Next slide" : `Next step (${step + 1} of ${deck.lastStep(slide)})`) : "End";
    if (!next) {
      stage.replaceChildren();
      return;
    }
    const copy = copyOf(next);
    deck.reveal(copy, isLast ? 0 : step + 1);
    stage.replaceChildren(copy);
  };

  dress();
  deck.on("style", dress);
  // The slide itself comes first; its preview may be a frame late.
  let asked = null;
  deck.on("step", (detail) => {
    if (!asked) requestAnimationFrame(() => { show(asked); asked = null; });
    asked = detail;
  });
}
