/**
 * Puts slides in their place in Safari, whose engine draws positioned HTML inside a scaled SVG unscaled and
 * at the wrong spot (https://bugs.webkit.org/show_bug.cgi?id=23113). To be dropped when that is mended.
 *
 * The browser still tells the right matrix, so each section is given it as a CSS transform.
 */
export default function webkit(deck) {
  if (navigator.vendor !== "Apple Computer, Inc.") return;

  const place = () => {
    const slide = deck.current;
    if (!slide?.matches("svg")) return;
    const box = slide.getBoundingClientRect();
    for (const hole of slide.querySelectorAll(":scope > foreignObject")) {
      const section = hole.querySelector(":scope > section");
      const matrix = hole.getScreenCTM();
      if (!section || !matrix) continue;
      const { a, b, c, d, e, f } = matrix;
      const [x, y] = [hole.x.baseVal.value, hole.y.baseVal.value];
      section.style.transformOrigin = `${-x}px ${-y}px`;
      section.style.transform = `matrix(${a}, ${b}, ${c}, ${d}, ${e - box.left}, ${f - box.top})`;
    }
  };

  deck.on("step", place);
  addEventListener("resize", place);
}
