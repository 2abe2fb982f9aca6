// Serves the built page. Its files are listed once, at the start: a path that is not in the list never reaches the
// disk.
import { createReadStream, readdirSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { extname, join } from 'node:path';
import { pipeline } from 'node:stream';

const contentTypes: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.map': 'application/json; charset=utf-8',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.txt': 'text/plain; charset=utf-8',
  '.webp': 'image/webp',
};

const securityHeaders = {
  'content-security-policy':
    "default-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
};

/** Creates a handler for all requests but the WebSocket's. Paths without a file extension get index.html. */
export function createPage(folder: string): (request: IncomingMessage, response: ServerResponse) => void {
  const files = listFiles(folder);
  return (request, response) => {
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      response.writeHead(405, { allow: 'GET, HEAD' }).end();
      return;
    }
    const address = request.url?.split(/[?#]/, 1)[0] ?? '/';
    const path = files.has(address) || extname(address) !== '' ? address : '/index.html';
    const file = files.get(path);
    if (file === undefined) refuse(response, files.size === 0);
    else send(request, response, path, file);
  };
}

function send(request: IncomingMessage, response: ServerResponse, path: string, file: string): void {
  response.writeHead(200, {
    ...securityHeaders,
    'content-type': contentTypes[extname(file)] ?? 'application/octet-stream',
    // the names of the files in assets/ contain a hash of their content, so they never change
    'cache-control': path.startsWith('/assets/') ? 'public, max-age=31536000, immutable' : 'no-cache',
  });
  if (request.method === 'HEAD') response.end();
  // if the browser aborts, `pipeline` stops reading the file, and no answer is needed
  else pipeline(createReadStream(file), response, () => undefined);
}

function refuse(response: ServerResponse, unbuilt: boolean): void {
  const text = unbuilt ? 'The page is not built yet: run `npm run build`, then start again.' : 'Not found.';
  response.writeHead(unbuilt ? 503 : 404, { 'content-type': 'text/plain; charset=utf-8' }).end(`${text}\n`);
}

/** Maps each URL path to its file. */
function listFiles(
  folder: string,
  address = '',
  files = new Map<string, string>(),
): ReadonlyMap<string, string> {
  try {
    for (const entry of readdirSync(join(folder, address), { withFileTypes: true })) {
      const below = `${address}/${entry.name}`;
      if (entry.isDirectory()) listFiles(folder, below, files);
      else files.set(below, join(folder, below));
    }
  } catch {
    // the page is not built; the WebSockets still work, for example beside Vite's development server
  }
  return files;
}
