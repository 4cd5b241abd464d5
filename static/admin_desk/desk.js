// The desk: dates say what they are read as while they are typed, and nothing unsaved is lost.
"use strict";
{
  const pending = new Map();

  const understand = async (entry) => {
    const input = entry.querySelector("input");
    const output = entry.querySelector("output");
    const text = input.value.trim();
    try {
      const asked = new URLSearchParams({ text });
      if (entry.closest(".enter-row")) asked.set("short", "1");
      const address = `${entry.dataset.understand}?${asked}`;
      const response = await fetch(address, { headers: { Accept: "application/json" } });
      if (!response.ok) return;
      const answer = await response.json();
      if (input.value.trim() !== text) return;
      output.textContent = answer.understood || answer.error;
      output.classList.toggle("misunderstood", Boolean(answer.error));
    } catch {
      output.textContent = "";
    }
  };

  // Select2 calls a choice by what is chosen alone, which at first is nothing.
  const nameChoice = (select) => {
    const name = select.labels[0].textContent.trim();
    const box = select.nextElementSibling.querySelector("[role=combobox]");
    const chosen = box.querySelector(".select2-selection__rendered");
    chosen.removeAttribute("role");
    chosen.removeAttribute("aria-readonly");
    chosen.id ||= `${select.id}-chosen`;
    box.id = `${select.id}-box`;
    box.setAttribute("aria-label", name);
    box.setAttribute("aria-labelledby", `${box.id} ${chosen.id}`);
    box.querySelector(".select2-search__field")?.setAttribute("aria-label", name);
    window.django.jQuery(select).on("select2:open", () => {
      for (const field of document.querySelectorAll(".select2-dropdown .select2-search__field")) {
        field.setAttribute("aria-label", name);
      }
    });
  };

  document.addEventListener("input", (event) => {
    const entry = event.target.closest?.(".date-entry");
    if (!entry) return;
    clearTimeout(pending.get(entry));
    pending.set(entry, setTimeout(() => understand(entry), 250));
  });

  document.addEventListener("DOMContentLoaded", () => {
    const main = document.querySelector(".change-form form[id$=_form]");
    if (main) {
      const entries = () => new URLSearchParams(new FormData(main)).toString();
      let before = entries();
      // Prefilled choices settle after the page has loaded.
      addEventListener("load", () => { before = entries(); });
      for (const form of document.querySelectorAll(".desk-verb")) {
        form.addEventListener("submit", (event) => {
          if (entries() !== before && !confirm(form.dataset.unsaved)) event.preventDefault();
        });
      }
    }
    // A long page begins where something has to be put right.
    document.querySelector("[aria-invalid=true]:not([type=hidden])")?.focus();
    const all = document.querySelector(".desk-all");
    if (all) {
      all.hidden = false;
      all.addEventListener("click", () => {
        for (const box of document.querySelectorAll("input[name=facts]")) box.checked = true;
      });
    }
    // A list of all countries is searched by typing, not scrolled through.
    const $ = window.django?.jQuery;
    if ($?.fn.select2) {
      const lists = $("select[multiple][name$=citizenships]");
      lists.select2({ theme: "admin-autocomplete", width: "20em" });
      lists.each((_number, select) => nameChoice(select));
      // Django makes its own choices after this, and again in each row that is added.
      const make = $.fn.djangoAdminSelect2;
      $.fn.djangoAdminSelect2 = function () {
        return make.call(this).each((_number, select) => nameChoice(select));
      };
    }
  });
}
