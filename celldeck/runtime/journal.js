/**
 * What must outlive a crash of the browser: `deck.journal(name, value)` has it on disk within moments, where
 * local storage takes seconds; `deck.readJournal(name)` promises what stands there, or null.
 */
export default function journal(deck) {
  const place = (name) => `${name} ${location.pathname}`;
  let opened = null;

  const base = () => {
    opened ??= new Promise((done, fail) => {
      const asked = indexedDB.open("celldeck", 1);
      asked.onupgradeneeded = () => asked.result.createObjectStore("journal");
      asked.onsuccess = () => done(asked.result);
      asked.onerror = () => fail(asked.error);
    });
    return opened;
  };

  deck.journal = async (name, value) => {
    try {
      const work = (await base()).transaction("journal", "readwrite", { durability: "strict" });
      work.objectStore("journal").put(value, place(name));
    } catch {
      // No database here (a private window): local storage has it all the same.
    }
  };

  deck.readJournal = async (name) => {
    try {
      const asked = (await base()).transaction("journal").objectStore("journal").get(place(name));
      return await new Promise((done, fail) => {
        asked.onsuccess = () => done(asked.result ?? null);
        asked.onerror = () => fail(asked.error);
      });
    } catch {
      return null;
    }
  };
}
