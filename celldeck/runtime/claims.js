/**
 * What in a slide keeps keys, clicks and scrolling to itself: fields, players, links, code that scrolls.
 *
 * Sets `deck.claims`, which the modules for keys, wheel, touch and clicks ask before they turn the slide. A tool
 * in the hand and the overview claim the mouse for themselves.
 */
export default function claims(deck) {
  const typing = "audio, button, input, select, textarea, video, summary, iframe, [contenteditable]:not([contenteditable=false])";
  const clicking = `${typing}, a[href], area, label, object, embed, [onclick], [role=button], [tabindex]`;

  // composedPath also looks into the shadow trees of custom elements.
  const elementsOf = (event) => event.composedPath().filter((node) => node instanceof Element);

  const scrolls = (element, axis) => {
    const side = axis === "X" ? "Width" : "Height";
    if (element[`scroll${side}`] <= element[`client${side}`]) return false;
    return /auto|scroll/.test(getComputedStyle(element)[`overflow${axis}`]);
  };

  deck.claims = {
    key: (event) => elementsOf(event).some((element) => element.matches(typing)),

    click(event) {
      const path = elementsOf(event);
      if (deck.tool || deck.isOverview) return true;
      if (event.defaultPrevented || path.some((element) => element.matches(clicking))) return true;
      // A plot or a widget that reacts to the mouse says so by its cursor.
      return !/^(auto|default|text|none)$/.test(getComputedStyle(path[0]).cursor);
    },

    /** Whether something under the pointer can itself scroll along one of the axes, "X" and "Y". */
    scroll: (event, axes) =>
      deck.tool === "pen" || deck.isOverview || elementsOf(event).some((element) =>
        deck.parent.contains(element) && [...axes].some((axis) => scrolls(element, axis))),
  };
}
