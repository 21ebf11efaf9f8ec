/** Lets others hand a file to whoever presents: `deck.save(ending, text)` downloads it, named after the deck. */
export default function save(deck) {
  deck.save = (ending, text) => {
    const name = decodeURIComponent(location.pathname.split("/").at(-1) || "deck").replace(/\.html?$/, "");
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([text], { type: "application/json" }));
    link.download = `${name}.${ending}`;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
  };
}
