/*
 * What the desk's pages do in the browser beyond htmx: nothing that only one page needs belongs here. No wording, no rule.
 */

// A page that was refused is shown, too: htmx would drop it. What a page asks for by itself is not (waiting.js says it).
document.addEventListener("htmx:beforeSwap", (event) => {
  const asksByItself = event.detail.requestConfig?.elt?.hasAttribute("data-live");
  if (event.detail.xhr.status >= 400 && !asksByItself) event.detail.shouldSwap = true;
});
