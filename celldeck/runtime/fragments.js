/**
 * Parts of a slide that show one by one: whatever has `data-marpit-fragment`, in document order.
 *
 * The attributes are those of Marp's presenting page, so themes can style the states.
 */
export default function fragments(deck) {
  const partsOf = (slide) => [...slide.querySelectorAll("[data-marpit-fragment]")];

  deck.lastStep = (slide) => partsOf(slide).length;

  deck.stepOf = (element) => {
    const part = element.closest("[data-marpit-fragment]");
    const slide = part && deck.slides.find((candidate) => candidate.contains(part));
    return slide ? partsOf(slide).indexOf(part) + 1 : 0;
  };

  /** Mark the parts of a slide, or of a copy of one, as they are at a step. */
  deck.reveal = (slide, step) => {
    partsOf(slide).forEach((part, at) => {
      part.setAttribute("data-bespoke-marp-fragment", at < step ? "active" : "inactive");
      if (at === step - 1) part.setAttribute("data-bespoke-marp-current-fragment", "current");
      else part.removeAttribute("data-bespoke-marp-current-fragment");
    });
  };

  deck.on("step", ({ slide, step }) => deck.reveal(slide, step));
}
