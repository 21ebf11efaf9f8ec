/** A black screen, so that the room looks at the speaker. The next step lifts it. */
export default function blackout(deck) {
  let isBlack = false;

  const show = (value) => {
    isBlack = value;
    document.body.classList.toggle("celldeck-black", isBlack);
    deck.emit("black", isBlack);
  };
  const tell = (value) => {
    show(value);
    deck.project("black", value);
    deck.emit("blackout");
  };

  deck.action("blackout", () => tell(!isBlack));
  deck.on("step", ({ remote }) => { if (isBlack && !remote) tell(false); });
  deck.hear("black", (value) => { if (!deck.isHeld) show(value); });
  deck.hear("hello", () => { if (isBlack) deck.project("black", true); });
  deck.on("released", () => deck.send("black", isBlack));
}
