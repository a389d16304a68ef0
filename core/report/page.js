// The facts of both sides with filter and search.  Text from outside is only
// ever given to textContent and to properties, never parsed as HTML.
"use strict";
(function () {
	const PAGE = 200;
	const data = JSON.parse(document.getElementById("data").textContent);
	const form = document.getElementById("filter");
	const body = document.getElementById("rows");
	const count = document.getElementById("count");
	const more = document.getElementById("more");
	const categories = document.getElementById("categories");
	const findings = Array.from(document.querySelectorAll(".finding"));
	const texts = findings.map((f) => f.textContent.toLowerCase());
	let hits = [];
	let shown = 0;

	for (const f of data.facts)
		f.text = (f[0] + " " + data.chains[f[3]]).toLowerCase();

	function which(f) {
		if (f[1] && f[2])
			return f[1] === data.runs[0] &&
				f[2] === data.runs[1] ? "same" : "both";
		return f[1] ? "only-old" : "only-new";
	}

	function wanted(f, words, kind, side) {
		const w = which(f);

		if (kind && !f[0].startsWith(kind + " "))
			return false;
		if (side === "differ" ? w === "same" : side && side !== w)
			return false;
		return words.every((word) => f.text.includes(word));
	}

	function add(row, name, className, text) {
		const cell = document.createElement(name);

		cell.className = className;
		cell.textContent = text;
		row.append(cell);
		return cell;
	}

	function seen(row, n, runs) {
		add(row, "td", n === 0 ? "n none" : n === runs ? "n" : "n some",
		    n === 0 ? "\u2013" : n + "/" + runs);
	}

	function makeRow(f) {
		const row = document.createElement("tr");
		const fact = document.createElement("td");
		const box = document.createElement("details");

		row.className = which(f);
		fact.className = "fact";
		add(box, "summary", "", f[0]);
		add(box, "div", "soft", "by " + (data.chains[f[3]] || "?"));
		add(box, "div", "soft", (f[4] || "found") + " after " +
		    (f[5] / 1e6).toFixed(3) + " s" + (f[6] ? "; " + f[6] : ""));
		fact.append(box);
		row.append(fact);
		seen(row, f[1], data.runs[0]);
		seen(row, f[2], data.runs[1]);
		return row;
	}

	function showMore() {
		const next = hits.slice(shown, shown + PAGE);

		body.append(...next.map(makeRow));
		shown += next.length;
		more.hidden = shown >= hits.length;
		more.textContent = "Show " + Math.min(PAGE, hits.length - shown) +
			" more of " + (hits.length - shown);
		count.textContent = hits.length + " of " + data.facts.length +
			" facts" + (shown < hits.length ?
			", the first " + shown + " shown" : "");
	}

	function inCategory(f) {
		const chosen = categories ? categories.category.value : "";

		return !chosen || (f.dataset.categories || "")
			.includes(" " + chosen + " ");
	}

	function filter() {
		const words = form.q.value.toLowerCase().split(/\s+/)
			.filter((word) => word);

		hits = data.facts.filter((f) => wanted(f, words,
			form.kind.value, form.side.value));
		shown = 0;
		body.replaceChildren();
		showMore();
		findings.forEach((f, i) => {
			f.hidden = !inCategory(f) ||
				!words.every((w) => texts[i].includes(w));
		});
	}

	function fromFragment() {
		const q = new URLSearchParams(location.hash.slice(1)).get("q");

		if (q === null)
			return;
		form.q.value = q;
		filter();
	}

	for (const kind of new Set(data.facts.map((f) => f[0].split(" ")[0])))
		form.kind.append(new Option(kind, kind));
	form.addEventListener("input", filter);
	form.addEventListener("submit", (event) => event.preventDefault());
	if (categories) {
		categories.addEventListener("input", filter);
		categories.addEventListener("submit",
			(event) => event.preventDefault());
		categories.hidden = false;
	}
	more.addEventListener("click", showMore);
	addEventListener("hashchange", fromFragment);
	addEventListener("beforeprint", () =>
		findings.forEach((f) => { f.open = true; }));
	form.hidden = false;
	filter();
	fromFragment();
})();
