// Finds links between the documents that lead nowhere: to a missing file, to a heading that is not there, or out of a
// package.
import { existsSync, statSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { root } from '../workspace.mjs';

const linkForms = [
  /\]\(<?([^)\s>]+)>?(?:\s+"[^"]*")?\)/g,
  /^\s*\[[^\]]+\]:\s+(\S+)/g,
  /\b(?:href|src)="([^"]+)"/g,
];
const outside = /^([a-z][a-z+.-]*:|\/\/)/i;

/** One line for each link of the page that does not resolve. */
export function brokenLinks(page, pages) {
  const problems = [];
  for (const { text, line } of page.prose) {
    const prose = text.replaceAll(/`[^`]*`/g, (code) => ' '.repeat(code.length));
    for (const form of linkForms) {
      for (const [, target] of prose.matchAll(form)) {
        const fault = outside.test(target) ? undefined : faultOf(target, page, pages);
        if (fault) problems.push(`${page.path}:${line}: the link to ${target} ${fault}`);
      }
    }
  }
  return problems;
}

function faultOf(target, page, pages) {
  const [path, anchor] = decodeURI(target).split('#');
  const file = path === '' ? page.path : normalize(join(dirname(page.path), path)).replace(/\/$/, '');
  if (file.startsWith('..')) return 'leaves the repository';
  const [folder] = /^packages\/[^/]+\//.exec(page.path) ?? [];
  if (folder && !file.startsWith(folder))
    return 'leaves the package, and with it what is published: name the file';
  if (!existsSync(join(root, file))) return 'names no file';
  if (anchor === undefined || statSync(join(root, file)).isDirectory()) return undefined;
  const other = pages.find((candidate) => candidate.path === file);
  if (other && !anchorsOf(other).has(anchor)) return 'names no heading there';
  return undefined;
}

/** The anchors that GitHub makes of a page's headings. */
function anchorsOf(page) {
  const anchors = new Set();
  for (const { text } of page.prose) {
    for (const [, id] of text.matchAll(/<a (?:id|name)="([^"]+)"/g)) anchors.add(id);
    const heading = /^#{1,6}\s+(.*?)\s*#*$/.exec(text);
    if (!heading) continue;
    const plain = heading[1].replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1').toLowerCase();
    const slug = plain.replaceAll(/[^\p{L}\p{N}\s_-]/gu, '').replaceAll(/\s/g, '-');
    let anchor = slug;
    for (let copy = 1; anchors.has(anchor); copy += 1) anchor = `${slug}-${copy}`;
    anchors.add(anchor);
  }
  return anchors;
}
