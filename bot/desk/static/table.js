/*
 * The lines of the forms of the table and of the clinic: one more, one less. No wording, no rule.
 */

document.addEventListener("click", (event) => {
  const add = event.target.closest("[data-adds]");
  const remove = event.target.closest("[data-removes]");
  if (add) {
    const lines = add.closest(".lines");
    const template = lines.querySelector("template");
    lines.insertBefore(template.content.cloneNode(true), template);
    const added = template.previousElementSibling;
    added.querySelector("input, select").focus();
  } else if (remove) {
    const lines = remove.closest(".lines");
    remove.closest(".line").remove();
    lines.querySelector("[data-adds]").focus();
  } else {
    return;
  }
  document.getElementById("row")?.dispatchEvent(new Event("changed-lines", { bubbles: true }));
});
