// Runs before the first paint: the theme chosen on this device wins over the one the page was rendered with.
// Without a choice, or with "auto", the page follows the system through `color-scheme: light dark`.
(() => {
  const root = document.documentElement;
  root.classList.add("js");
  let chosen = null;
  try {
    chosen = localStorage.getItem("theme");
  } catch {
    // Storage may be closed to us; the page then keeps the server's theme.
  }
  if (chosen === "light" || chosen === "dark") root.dataset.bsTheme = chosen;
  else if (chosen === "auto") delete root.dataset.bsTheme;
})();
