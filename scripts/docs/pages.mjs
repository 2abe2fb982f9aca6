// Reads a Markdown document into what the checks need: its code, its headings, its prose.
// Every line of code remembers the line it stands on, so that an error names the document and not a scratch file.

/**
 * @typedef {object} CodeFile a file made of a page's blocks
 * @property {string} name
 * @property {string} [alias] a second module name, under which the other blocks may import it
 * @property {string[]} lines
 * @property {number[]} lineNumbers of each line, in the page
 *
 * @typedef {object} Page
 * @property {string} path relative to the root
 * @property {CodeFile[]} files
 * @property {CodeFile} [prelude]
 * @property {{ server: string, client: string, expects: string }} [quickStart]
 * @property {{ text: string, line: number }[]} prose lines outside of code
 * @property {string[]} problems
 */

/** @returns {Page} */
export function readPage(path, text) {
  const page = { path, files: [], prose: [], problems: [] };
  const lines = text.split(/\r?\n/);
  for (let index = 0; index < lines.length; index += 1) {
    const line = lines[index];
    const fence = /^(\s*)(`{3,}|~{3,})\s*(\S*)\s*(.*)$/.exec(line);
    if (fence) {
      const block = takeUntil(lines, index + 1, (end) => end.trim() === fence[2]);
      if (/^tsx?$/.test(fence[3]))
        addBlock(page, { language: fence[3], words: fence[4], indent: fence[1], ...block });
      index = block.end;
    } else if (line.trim() === '<!-- prelude') {
      const block = takeUntil(lines, index + 1, (end) => end.trim() === '-->');
      page.prelude = { name: 'prelude.tsx', lines: block.lines, lineNumbers: block.lineNumbers };
      index = block.end;
    } else {
      const quickStart = /^<!-- quick-start server=(\S+) client=(\S+) expects="([^"]+)" -->$/.exec(
        line.trim(),
      );
      if (quickStart)
        page.quickStart = { server: quickStart[1], client: quickStart[2], expects: quickStart[3] };
      else page.prose.push({ text: line, line: index + 1 });
    }
  }
  return page;
}

function takeUntil(lines, start, isEnd) {
  let end = start;
  while (end < lines.length && !isEnd(lines[end])) end += 1;
  return {
    lines: lines.slice(start, end),
    lineNumbers: Array.from({ length: end - start }, (_, offset) => start + offset + 1),
    end,
  };
}

function addBlock(page, { language, words, indent, lines, lineNumbers, end }) {
  const attributes = new Map(
    words
      .split(/\s+/)
      .filter(Boolean)
      .map((word) => word.split('=')),
  );
  for (const name of attributes.keys()) {
    if (name === 'file' || name === 'as') continue;
    page.problems.push(
      `${page.path}:${lineNumbers[0] - 1}: a ${language} block knows file= and as=, not "${name}"`,
    );
  }
  const code = lines.map((line) => (line.startsWith(indent) ? line.slice(indent.length) : line));
  const name = attributes.get('file') ?? `block-at-${end - lines.length}.${language}`;
  const known = page.files.find((file) => file.name === name);
  if (known) {
    known.lines.push(...code);
    known.lineNumbers.push(...lineNumbers);
  } else {
    page.files.push({ name, alias: attributes.get('as'), lines: code, lineNumbers });
  }
}
