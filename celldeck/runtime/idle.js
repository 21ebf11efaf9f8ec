/** Two seconds without the mouse or a finger: the class `bespoke-marp-inactive` hides cursor and controls. */
export default function idle(deck) {
  let timer;

  const wake = () => {
    clearTimeout(timer);
    deck.parent.classList.remove("bespoke-marp-inactive");
    timer = setTimeout(() => deck.parent.classList.add("bespoke-marp-inactive"), 2000);
  };

  for (const event of ["mousedown", "mousemove", "touchend"]) document.addEventListener(event, wake);
  wake();
}
