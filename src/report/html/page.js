(() => {
  "use strict";
  // What stands folded up on the page, as elements.
  const laidOut = (noscript) => {
    const body = document.createElement("div");
    body.innerHTML = noscript.textContent;
    return body;
  };
  const once = (make) => {
    const made = new Map();
    return (key) => made.get(key) ?? (made.set(key, make(key)), made.get(key));
  };
  const within = (section, name, value) =>
    [...document.querySelectorAll(`#${section} > details`)].find((d) => d.dataset[name] === value);
  // What the fields of a type of message mean, by path.
  const meanings = once((key) => {
    const found = new Map();
    const details = within("fields", "k", key);
    const folded = details?.querySelector("noscript");
    const list = folded ? laidOut(folded) : details;
    for (const term of list?.querySelectorAll("dt") ?? []) {
      found.set(term.textContent.trim(), term.nextElementSibling);
    }
    return found;
  });
  // The lines of a file, numbered.
  const lines = once((path) => {
    const details = within("files", "f", path);
    const folded = details?.querySelector("noscript");
    const text = folded ? laidOut(folded) : details;
    return (text?.querySelector("pre").textContent ?? "").split("\n");
  });
  const general = (path) => path.split(".").map((part) => /^\d+$/.test(part) ? "*" : part).join(".");

  // Fields get their meaning and the keyboard; the octets that each one takes are those of its row.
  const furnish = (table) => {
    if (table.dataset.done) return;
    table.dataset.done = "yes";
    const known = meanings(table.dataset.k);
    table.tHead.rows[0].children[1].insertAdjacentHTML("afterend", "<th>meaning");
    for (const row of table.tBodies[0].rows) {
      const path = row.cells[0].textContent.trim();
      row.cells[0].textContent = path.split(".").pop();
      row.cells[0].title = path;
      row.cells[0].className = "d" + Math.min(path.split(".").length - 1, 6);
      const meaning = document.createElement("td");
      const dd = known.get(general(path));
      if (dd) meaning.append(...[...dd.childNodes].map((node) => node.cloneNode(true)));
      row.cells[1].after(meaning);
      const octets = /^(\d+)(?:\u2013(\d+))?/.exec(row.cells[3].textContent.trim());
      if (octets) {
        row.dataset.o = `${octets[1]} ${Number(octets[2] ?? octets[1]) + 1}`;
        row.tabIndex = 0;
      }
    }
  };
  // The lines of the suite beside the rung that they ask for.
  const cite = (place) => {
    if (place.dataset.done) return;
    place.dataset.done = "yes";
    const line = Number(place.dataset.l);
    const path = place.textContent.replace(/^line \d+ of /, "");
    const figure = document.createElement("figure");
    figure.className = "src";
    const pre = document.createElement("pre");
    const mark = document.createElement("mark");
    const all = lines(path);
    mark.textContent = all[line - 1] ?? "";
    pre.append(mark, "\n", all.slice(line, line + 6).join("\n"));
    figure.append(pre);
    place.closest(".in").append(figure);
  };
  const furnishAll = (element) => {
    for (const table of element.querySelectorAll("table.fields")) {
      if (table.closest("details")?.open) furnish(table);
    }
    for (const place of element.querySelectorAll("[data-l]")) {
      if (place.closest("details")?.open) cite(place);
    }
  };

  // What is folded up was left as text; it becomes part of the page when it is opened.
  const unfold = (details) => {
    const folded = details.querySelector(":scope > noscript");
    if (folded) {
      const body = laidOut(folded);
      body.className = "body";
      folded.replaceWith(body);
    }
    furnishAll(details);
  };
  document.addEventListener("toggle", (event) => {
    if (event.target.open) unfold(event.target);
  }, true);

  for (const details of document.querySelectorAll("details[open]")) furnishAll(details);

  // A link to a step opens the exchange that holds it.
  const go = () => {
    const id = decodeURIComponent(location.hash.slice(1));
    const outer = /^c\d+/.exec(id);
    const details = document.getElementById(outer ? outer[0] : id);
    for (let at = details; at; at = at.parentElement) {
      if (at.tagName === "DETAILS") { at.open = true; unfold(at); }
    }
    const target = document.getElementById(id);
    if (target) target.scrollIntoView();
  };
  addEventListener("hashchange", go);
  if (location.hash) go();

  // The octets of a field: an octet i of a line stands in column 6 + 3 * i, one more from the eighth on.
  const show = (row) => {
    const message = row.closest(".msg");
    const dump = message.querySelector(".hex");
    if (!dump) return;
    for (const other of message.querySelectorAll("tr.on")) other.classList.remove("on");
    row.classList.add("on");
    const [from, to] = row.dataset.o.split(" ").map(Number);
    const lines = dump.textContent.split("\n");
    dump.textContent = "";
    for (const line of lines) {
      const at = /^[0-9a-f]{4} /.test(line) ? parseInt(line.slice(0, 4), 16) : NaN;
      const [a, b] = [Math.max(from, at), Math.min(to, at + 16)];
      const column = (i) => 6 + (i - at) * 3 + (i - at >= 8 ? 1 : 0);
      if (a < b) {
        const mark = document.createElement("mark");
        mark.textContent = line.slice(column(a), column(b - 1) + 2);
        dump.append(line.slice(0, column(a)), mark, line.slice(column(b - 1) + 2), "\n");
      } else {
        dump.append(line, "\n");
      }
    }
    const marked = dump.querySelector("mark");
    if (marked) marked.scrollIntoView({ block: "nearest" });
  };
  document.addEventListener("click", (event) => {
    const row = event.target.closest("tr[data-o]");
    if (row) show(row);
  });
  document.addEventListener("focusin", (event) => {
    if (event.target.matches("tr[data-o]")) show(event.target);
  });

  // Only what is looked for.
  const tools = document.querySelector(".tools");
  const [word, bad] = [document.getElementById("filter"), document.getElementById("bad")];
  tools.hidden = false;
  tools.addEventListener("submit", (event) => event.preventDefault());
  tools.addEventListener("input", () => {
    const wanted = word.value.toLowerCase();
    const fine = new Set(["pass", "skipped"]);
    let shown = 0;
    for (const suite of document.querySelectorAll(".suite")) {
      const name = suite.querySelector("h3").textContent.toLowerCase();
      let any = false;
      for (const one of suite.querySelectorAll(".case")) {
        const text = name + " " + one.querySelector("summary").textContent.toLowerCase();
        one.hidden = !text.includes(wanted) || (bad.checked && fine.has(one.dataset.v));
        any ||= !one.hidden;
        shown += one.hidden ? 0 : 1;
      }
      suite.hidden = !any;
    }
    tools.querySelector("output").textContent = `${shown} shown`;
  });
})();
