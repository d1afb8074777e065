/*
 * What the desk's pages do in the browser beyond htmx: nothing that only one page needs belongs here. No wording, no rule.
 */

// A page that was refused is shown, too: htmx would drop it.
document.addEventListener("htmx:beforeSwap", (event) => {
  if (event.detail.xhr.status >= 400) event.detail.shouldSwap = true;
});
