// Small conveniences on top of pages that work without any of them. Everything is found by data attributes,
// so that fragments swapped in later behave like the page they join.
(() => {
  "use strict";

  const root = document.documentElement;

  // Menus: one open at a time; Escape and a click outside close it.
  const openMenus = () => document.querySelectorAll("details.bw-dropdown[open]");
  document.addEventListener("click", (event) => {
    for (const menu of openMenus()) if (!menu.contains(event.target)) menu.open = false;
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    for (const menu of openMenus()) {
      menu.open = false;
      menu.querySelector("summary")?.focus();
    }
    const drawer = document.querySelector("details.bw-drawer[open]");
    if (drawer) {
      drawer.open = false;
      drawer.querySelector("summary")?.focus();
    }
  });

  // Theme: light, dark, or auto (follow the system).
  function currentTheme() {
    let chosen = null;
    try {
      chosen = localStorage.getItem("theme");
    } catch {
      // Storage may be closed to us.
    }
    return chosen ?? root.dataset.bsTheme ?? "auto";
  }
  function markTheme() {
    const theme = currentTheme();
    for (const button of document.querySelectorAll("[data-theme-set]")) {
      button.setAttribute("aria-pressed", String(button.dataset.themeSet === theme));
    }
  }
  function setTheme(theme) {
    try {
      localStorage.setItem("theme", theme);
    } catch {
      // The choice then lasts for this page only.
    }
    if (theme === "auto") delete root.dataset.bsTheme;
    else root.dataset.bsTheme = theme;
    markTheme();
  }

  // Dialogs: a link or button names the dialog; without this script the link's own address is followed.
  function openDialog(dialog) {
    if (dialog.open) return;
    dialog.showModal();
    const first = ":is(input:not([type=hidden]), select, textarea, button, a[href]):not([disabled])";
    dialog.querySelector(`.bw-dialog-body ${first}`)?.focus();
  }
  function withTarget(event, selector) {
    return event.target instanceof Element ? event.target.closest(selector) : null;
  }

  async function copyText(button) {
    const source = document.getElementById(button.dataset.copy);
    if (!source || !navigator.clipboard) return;
    await navigator.clipboard.writeText(source.value ?? source.textContent);
    const label = button.querySelector("[data-copy-label]");
    if (!label || button.dataset.copyBusy) return;
    const before = label.textContent;
    button.dataset.copyBusy = "yes";
    label.textContent = button.dataset.copied;
    button.classList.add("is-done");
    setTimeout(() => {
      label.textContent = before;
      button.classList.remove("is-done");
      delete button.dataset.copyBusy;
    }, 2000);
  }

  function reveal(button) {
    const input = document.getElementById(button.dataset.reveal);
    if (!input) return;
    const show = input.type === "password";
    input.type = show ? "text" : "password";
    button.setAttribute("aria-pressed", String(show));
  }

  document.addEventListener("click", (event) => {
    const opener = withTarget(event, "[data-dialog]");
    if (opener && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
      const dialog = document.getElementById(opener.dataset.dialog);
      if (dialog) {
        event.preventDefault();
        openDialog(dialog);
        return;
      }
    }
    const closer = withTarget(event, "[data-dialog-close]");
    if (closer) {
      const dialog = closer.closest("dialog");
      if (dialog?.open) {
        event.preventDefault();
        dialog.close();
      }
      return;
    }
    if (event.target instanceof HTMLDialogElement && event.target.open) {
      const box = event.target.getBoundingClientRect();
      const inside =
        event.clientX >= box.left && event.clientX <= box.right && event.clientY >= box.top && event.clientY <= box.bottom;
      if (!inside) event.target.close();
      return;
    }
    const theme = withTarget(event, "[data-theme-set]");
    if (theme) setTheme(theme.dataset.themeSet);
    const copy = withTarget(event, "[data-copy]");
    if (copy) void copyText(copy);
    const eye = withTarget(event, "[data-reveal]");
    if (eye) reveal(eye);
    const dismiss = withTarget(event, "[data-dismiss]");
    if (dismiss) dismiss.closest(dismiss.dataset.dismiss)?.remove();
  });

  // Confirming by typing: the button wakes up when the text is exactly the expected one.
  function judgeConfirmation(input) {
    const button = input.form?.querySelector("[data-confirm-submit]");
    if (button) button.disabled = input.value.trim() !== input.dataset.confirmText;
  }

  // Choosing rows: the box in the head chooses all, and the bar of bulk actions shows while any is chosen.
  function judgeSelection(table) {
    const boxes = [...table.querySelectorAll("[data-check-row]")];
    const chosen = boxes.filter((box) => box.checked).length;
    const all = table.querySelector("[data-check-all]");
    if (all) {
      all.checked = chosen > 0 && chosen === boxes.length;
      all.indeterminate = chosen > 0 && chosen < boxes.length;
    }
    const bar = document.getElementById(table.dataset.bulk ?? "");
    if (!bar) return;
    bar.classList.toggle("is-active", chosen > 0);
    const count = bar.querySelector("[data-bulk-count]");
    if (count) count.textContent = String(chosen);
  }

  document.addEventListener("input", (event) => {
    const input = event.target;
    if (!(input instanceof HTMLInputElement)) return;
    if (input.dataset.confirmText !== undefined) judgeConfirmation(input);
    const table = input.closest("table");
    if (!table) return;
    if (input.dataset.checkAll !== undefined) {
      for (const box of table.querySelectorAll("[data-check-row]")) box.checked = input.checked;
    }
    if (input.dataset.checkAll !== undefined || input.dataset.checkRow !== undefined) judgeSelection(table);
  });

  // A filter that is a menu submits its form at once.
  document.addEventListener("change", (event) => {
    if (event.target instanceof HTMLSelectElement && event.target.dataset.submit !== undefined) {
      event.target.form?.requestSubmit();
    }
  });

  // A form is sent once: a second click while the first is under way does nothing.
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!(form instanceof HTMLFormElement) || form.method !== "post" || form.hasAttribute("hx-post")) return;
    if (form.dataset.sent) event.preventDefault();
    form.dataset.sent = "yes";
    setTimeout(() => delete form.dataset.sent, 5000);
  });

  // Prepares what a page or a fragment brought along.
  function prepare(scope) {
    for (const input of scope.querySelectorAll("[data-confirm-text]")) judgeConfirmation(input);
    for (const table of scope.querySelectorAll("table[data-bulk]")) judgeSelection(table);
    for (const dialog of scope.querySelectorAll("dialog[data-dialog-show]")) openDialog(dialog);
    markTheme();
    const handover = scope.querySelector("form[data-handover]");
    if (handover && !handover.dataset.sent) handover.requestSubmit();
  }

  function say(text) {
    const place = document.getElementById("notices");
    if (!place || !text) return;
    const notice = document.createElement("div");
    notice.className = "alert bw-notice bw-tone-danger";
    notice.setAttribute("role", "alert");
    notice.textContent = text;
    place.replaceChildren(notice);
  }

  document.addEventListener("htmx:afterSettle", (event) => prepare(event.target.parentElement ?? document));
  document.addEventListener("htmx:sendError", () => say(document.body.dataset.networkError));
  document.addEventListener("htmx:timeout", () => say(document.body.dataset.networkError));
  // Back and forward may restore a page whose form counts as sent.
  window.addEventListener("pageshow", () => {
    for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
  });

  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", () => prepare(document));
  else prepare(document);
})();
