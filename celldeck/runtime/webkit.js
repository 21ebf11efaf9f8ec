/**
 * Puts slides in their place in Safari, whose engine draws positioned HTML inside a scaled SVG unscaled and
 * at the wrong spot (https://bugs.webkit.org/show_bug.cgi?id=23113). To be dropped when that is mended.
 *
 * The browser still tells the right matrix, so each section is given it as a CSS transform.
 *
 * @param {object} [deck] only the slide that shows is placed; without one all are
 */
export default function webkit(deck) {
  const isBroken = () => {
    if (navigator.vendor !== "Apple Computer, Inc.") return false;
    // What is drawn in the wrong place is also hit in the wrong place.
    const probe = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    probe.setAttribute("viewBox", "0 0 1 1");
    probe.style.cssText = "position: fixed; left: 0; top: 0; width: 20px; height: 20px; z-index: 99999";
    probe.innerHTML = `<foreignObject width="1" height="1">
      <div xmlns="http://www.w3.org/1999/xhtml" style="position: relative; width: 1px; height: 1px"></div>
      </foreignObject>`;
    document.body.append(probe);
    const hit = document.elementFromPoint(10, 10);
    probe.remove();
    return hit?.localName !== "div";
  };

  if (!isBroken()) return;

  const slides = () => (deck ? [deck.current] : [...document.querySelectorAll("svg[data-marpit-svg]")]);
  const sections = (slide) => [...slide.querySelectorAll(":scope > foreignObject > section")];

  const place = () => {
    for (const slide of slides()) {
      const box = slide.getBoundingClientRect();
      // A layer of its own keeps moving pictures moving, at the cost of softer text.
      const layer = slide.querySelector("img, video, canvas") ? "translateZ(0.0001px)" : "";
      for (const section of sections(slide)) {
        const hole = section.parentNode;
        const { a, b, c, d, e, f } = hole.getScreenCTM();
        section.style.transformOrigin = `${-hole.x.baseVal.value}px ${-hole.y.baseVal.value}px`;
        section.style.transform = `matrix(${a}, ${b}, ${c}, ${d}, ${e - box.left}, ${f - box.top}) ${layer}`;
      }
    }
  };

  const release = () => {
    for (const section of document.querySelectorAll("foreignObject > section")) section.style.transform = "";
  };

  deck?.on("step", place);
  if (!deck) place();
  addEventListener("resize", place);
  // On paper a slide has its own size, at which nothing is misplaced.
  addEventListener("beforeprint", release);
  addEventListener("afterprint", place);
}
