// The quick way out: Esc, or the link itself, empties the page and replaces it in the history.
(() => {
  "use strict";

  const link = document.getElementById("leave");
  if (!link) return;

  const leave = () => {
    document.title = "\u200b";
    document.body.replaceChildren();
    window.location.replace(link.href);
  };

  link.addEventListener("click", (event) => {
    event.preventDefault();
    leave();
  });

  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || event.defaultPrevented || event.isComposing) return;
    if (document.querySelector("dialog[open]")) return;
    const control = event.target.closest("input, select, textarea");
    if (control) {
      // The first Esc closes a list of suggestions or clears a search; the second one leaves.
      control.blur();
      return;
    }
    event.preventDefault();
    leave();
  });

  // Said only where it is true: without this script the key does nothing.
  document.getElementById("leave-key").hidden = false;
})();
