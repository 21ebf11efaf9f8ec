/**
 * Parts of a slide that show one by one: whatever has `data-marpit-fragment`, in document order.
 *
 * A slide of the class `dim` or `spotlight` opens with its first part reached, so n parts are n states there,
 * and one more elsewhere. A slide that hand-made copies were collapsed into has a layer (or three) for each of
 * its states, and the one that is current is there. The attributes are those of Marp's presenting page, so themes can style the states.
 */
export default function fragments(deck) {
  const partsOf = (slide) => [...slide.querySelectorAll("[data-marpit-fragment]")];

  /** How many parts a slide, or a copy of one, shows before its first step. */
  const opening = (slide) => (slide.querySelector("section:is(.dim, .spotlight) [data-marpit-fragment], [data-celldeck-state]")
    || (slide.matches("section.dim, section.spotlight") && slide.querySelector("[data-marpit-fragment]")) ? 1 : 0);

  deck.lastStep = (slide) => partsOf(slide).length - opening(slide);

  deck.stepOf = (element) => {
    const part = element.closest("[data-marpit-fragment]");
    const slide = part && deck.slides.find((candidate) => candidate.contains(part));
    // A name is that of all copies, and only the last has it.
    if (!slide || part.dataset.celldeckState) return 0;
    return Math.max(0, partsOf(slide).indexOf(part) + 1 - opening(slide));
  };

  /** Mark the parts of a slide, or of a copy of one, as they are at a step. */
  deck.reveal = (slide, step) => {
    const reached = step + opening(slide);
    for (const layer of slide.querySelectorAll("[data-celldeck-state]")) {
      layer.toggleAttribute("data-celldeck-now", Number(layer.dataset.celldeckState) === reached);
    }
    partsOf(slide).forEach((part, at) => {
      part.setAttribute("data-bespoke-marp-fragment", at < reached ? "active" : "inactive");
      if (at === reached - 1) part.setAttribute("data-bespoke-marp-current-fragment", "current");
      else part.removeAttribute("data-bespoke-marp-current-fragment");
    });
  };

  deck.on("step", ({ slide, step }) => deck.reveal(slide, step));
}
