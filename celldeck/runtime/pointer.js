/**
 * The tool in the hand, one at a time: `deck.tool` is its name, or null for the plain pointer; "tool" is told.
 *
 * `deck.pointOf(event)` is where the pointer is in the slide's own units, and `deck.screenOf(x, y)` the way
 * back, so that a point means the same in every window.
 */
export default function pointer(deck) {
  let last = null;
  deck.tool = null;

  const matrix = () => deck.current?.getScreenCTM?.() ?? null;

  deck.takeTool = (name) => {
    deck.tool = deck.tool === name ? null : name;
    if (deck.tool) document.body.dataset.celldeckTool = deck.tool;
    else delete document.body.dataset.celldeckTool;
    deck.emit("tool", deck.tool);
  };

  deck.pointOf = ({ clientX, clientY }) => {
    const at = matrix();
    if (!at) return null;
    const { x, y } = new DOMPoint(clientX, clientY).matrixTransform(at.inverse());
    return { x: Math.round(x * 10) / 10, y: Math.round(y * 10) / 10 };
  };

  deck.screenOf = ({ x, y }) => {
    const at = matrix();
    return at && new DOMPoint(x, y).matrixTransform(at);
  };

  /** Where the pointer was last seen over the slide; null: not yet. */
  deck.lastPoint = () => last && deck.pointOf(last);

  deck.parent.addEventListener("pointermove", (event) => { last = event; }, { passive: true });
}
