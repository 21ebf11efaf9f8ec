/**
 * What a window remembers for the next time: `deck.remember(name, value)` and `deck.recall(name, otherwise)`,
 * and the same for this talk only with `deck.keep` and `deck.kept`. It outlives a reload; see journal.js for a crash.
 */
export default function memory(deck) {
  const read = (place, otherwise) => {
    try {
      return JSON.parse(localStorage.getItem(place)) ?? otherwise;
    } catch {
      return otherwise; // no storage here, or what is kept there is not ours
    }
  };
  const write = (place, value) => {
    try {
      if (value === null) localStorage.removeItem(place);
      else localStorage.setItem(place, JSON.stringify(value));
    } catch {
      // No storage here: it lasts as long as the window.
    }
  };
  const ofDeck = (name) => `celldeck ${name} ${location.pathname}`;

  deck.remember = (name, value) => write(`celldeck ${name}`, value);
  deck.recall = (name, otherwise) => read(`celldeck ${name}`, otherwise);
  deck.keep = (name, value) => write(ofDeck(name), value);
  deck.kept = (name, otherwise) => read(ofDeck(name), otherwise);
}
