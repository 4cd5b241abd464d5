// Entering people from a text: lines of a spreadsheet spread over the rows, Enter goes on to the
// next row, and more rows come without loading the page.
"use strict";
{
  const form = document.querySelector("form.enter");
  const table = form.querySelector("table");
  const total = form.querySelector("#id_people-TOTAL_FORMS");
  const said = form.querySelector(".enter-said");
  const template = document.getElementById("enter-row");
  const most = Number(form.dataset.most);

  const rows = () => [...table.querySelectorAll(".enter-row")];
  const cells = (row) => [...row.querySelectorAll("td > input, td > select, .date-entry input")];

  const addRow = () => {
    const number = Number(total.value);
    const text = template.innerHTML
      .replaceAll("__prefix__", number)
      .replaceAll("__number__", number + 1);
    table.insertAdjacentHTML("beforeend", text);
    total.value = number + 1;
  };

  // Choices are taken by their value or their words; what is neither is kept in the note.
  const fill = (cell, text, note) => {
    if (cell.tagName !== "SELECT") {
      cell.value = text;
    } else {
      const wanted = text.toLowerCase();
      const options = [...cell.options];
      const chosen = options.find((one) =>
        [one.value.toLowerCase(), one.text.toLowerCase()].includes(wanted));
      if (chosen) cell.value = chosen.value;
      else note.push(text);
    }
    cell.dispatchEvent(new Event("input", { bubbles: true }));
  };

  const spread = (cell, lines) => {
    const here = cell.closest(".enter-row");
    const first = rows().indexOf(here);
    const column = cells(here).indexOf(cell);
    while (rows().length < first + lines.length) addRow();
    const all = rows();
    lines.forEach((line, number) => {
      const into = cells(all[first + number]).slice(column);
      const texts = line.split("\t").map((text) => text.trim());
      const note = texts.slice(into.length).filter(Boolean);
      texts.slice(0, into.length).forEach((text, place) => {
        if (text) fill(into[place], text, note);
      });
      const last = into.at(-1);
      if (note.length) last.value = [last.value, ...note].filter(Boolean).join("; ");
    });
  };

  table.addEventListener("paste", (event) => {
    const cell = event.target.closest("td input");
    const text = event.clipboardData.getData("text/plain");
    const lines = text.split(/\r?\n/).filter((line) => line.trim());
    if (!cell || (lines.length < 2 && !text.includes("\t"))) return;
    event.preventDefault();
    const first = rows().indexOf(cell.closest(".enter-row"));
    if (first + lines.length > most) {
      said.textContent = form.dataset.tooMany;
      return;
    }
    said.textContent = "";
    spread(cell, lines);
  });

  table.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.isComposing || event.ctrlKey || event.metaKey) return;
    const cell = event.target.closest("td > input, td > select, .date-entry input");
    if (!cell) return;
    event.preventDefault();
    const next = rows()[rows().indexOf(cell.closest(".enter-row")) + 1];
    (next ? cells(next)[0] : form.querySelector("[name=_enter]")).focus();
  });

  form.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    form.requestSubmit(form.querySelector("[name=_enter]"));
  });

  // Where nothing is typed or wrong yet, begin with what is asked for first and not chosen already.
  const begin = () => {
    if (document.activeElement !== document.body) return;
    const source = form.querySelector("#id_source");
    const country = form.querySelector("#id_country");
    let first = cells(rows()[0])[0];
    const undecided = form.querySelector(".enter-who:not(:has(:checked)) [type=radio]");
    if (undecided) first = undecided;
    else if (!source.value) first = source.nextElementSibling?.querySelector("[role=combobox]") ?? source;
    else if (!country.value) first = country;
    first.focus();
  };
  // Choices by search are made once the page is ready, by a task of their own.
  addEventListener("load", () => { setTimeout(begin); });

  const more = form.querySelector("[name=_more]");
  more?.addEventListener("click", (event) => {
    event.preventDefault();
    const before = rows().length;
    for (let number = before; number < Math.min(before + 10, most); number += 1) addRow();
    more.hidden = rows().length >= most;
    cells(rows()[before])[0].focus();
  });
}
