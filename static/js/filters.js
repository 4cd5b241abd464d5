// Filters answer at once: the same address is fetched and only the results are replaced.
(() => {
  "use strict";

  const form = document.querySelector("form[data-results]");
  if (!form) return;

  let running;

  const answer = async () => {
    running?.abort();
    running = new AbortController();
    const query = new URLSearchParams(new FormData(form));
    for (const [name, value] of [...query]) if (value === "") query.delete(name, value);
    const address = `${form.action.split("?")[0]}?${query}`;
    try {
      const response = await fetch(address, { signal: running.signal });
      if (!response.ok) throw new Error(response.statusText);
      const page = new DOMParser().parseFromString(await response.text(), "text/html");
      for (const id of form.dataset.results.split(" ")) {
        const fresh = page.getElementById(id);
        if (fresh) document.getElementById(id)?.replaceWith(fresh);
      }
      history.replaceState(null, "", address);
    } catch (error) {
      if (error.name !== "AbortError") form.submit();
    }
  };

  form.addEventListener("change", (event) => {
    if (event.target.matches("[type=checkbox], [type=radio], select")) answer();
  });
})();
