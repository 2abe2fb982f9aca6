// Who may import whom. Every rule carries its reason, since that is what one reads when it fails.
const inside = (name) => `^packages/${name}/`;
const tests = '\\.(test|test-d|fixture)\\.tsx?$';
const inServer = (folders) => `^packages/server/src/(${folders})/`;
const anyPackageSource = '^packages/([^/]+)/src/';

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    {
      name: 'no-cycles',
      comment:
        'Files that load each other in a circle can only be read, tested and loaded together. Types may point both ways.',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'every-import-resolves',
      comment: 'An import that resolves to nothing fails at run time, and escapes all other rules here.',
      severity: 'error',
      from: { path: '^packages/' },
      to: { couldNotResolve: true },
    },
    {
      name: 'core-depends-on-nothing',
      comment:
        'Everybody loads core, in browsers too: no package, no Node API, no run-time dependency. Types are free.',
      severity: 'error',
      from: { path: inside('core'), pathNot: [tests, '^packages/core/tsup'] },
      to: { pathNot: inside('core'), dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'core-knows-no-package-of-ours',
      comment: 'core is the bottom of the stack: what it needs of the others belongs into core.',
      severity: 'error',
      from: { path: inside('core'), pathNot: tests },
      to: { path: '^packages/(server|client|react|redis)/' },
    },
    {
      name: 'server-never-imports-client',
      comment:
        'The two ends meet on the wire only, and engines are handed to the server. What all need belongs into core.',
      severity: 'error',
      from: { path: inside('server'), pathNot: tests },
      to: { path: '^packages/(client|react|redis)/' },
    },
    {
      name: 'client-never-imports-server',
      comment: 'The two ends meet on the wire only; a browser must not load the server.',
      severity: 'error',
      from: { path: inside('client'), pathNot: tests },
      to: { path: '^packages/(server|react|redis)/' },
    },
    {
      name: 'react-knows-client-and-core-only',
      comment:
        'The hooks show what a client does. Anything else they need, the client should offer to everybody.',
      severity: 'error',
      from: { path: inside('react'), pathNot: [tests, '^packages/react/tsup'] },
      to: { pathNot: ['^packages/(react|client|core)/', '(^|/)node_modules/(@types/)?react/'] },
    },
    {
      name: 'one-process-needs-no-cluster',
      comment:
        'What several processes share stands on top of what one does alone. Alone it is asked for through hub.cluster.',
      severity: 'error',
      from: {
        path: inServer('adapters|connection|handshake|limits|rooms|routing|session'),
        pathNot: tests,
      },
      to: { path: inServer('cluster'), dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'bytes-and-bounds-know-nobody',
      comment: 'How bytes leave, and what may be spent, is decided without knowing for whom.',
      severity: 'error',
      from: { path: inServer('adapters|limits'), pathNot: tests },
      to: {
        path: inServer('cluster|connection|delivery|handshake|rooms|routing|session'),
        dependencyTypesNot: ['type-only'],
      },
    },
    {
      name: 'redis-knows-server-and-core-only',
      comment:
        'An engine fulfils what the server asks of one. It knows neither clients nor how sockets are served.',
      severity: 'error',
      from: { path: inside('redis'), pathNot: [tests, '^packages/redis/tsup'] },
      to: { path: '^packages/(client|react)/' },
    },
    {
      name: 'one-door-for-the-redis-client',
      comment:
        'The Redis client has one door, redis-line.ts: it is kept there from sending anything twice or waiting for ever.',
      severity: 'error',
      from: { path: anyPackageSource, pathNot: ['^packages/redis/src/redis-line\\.ts$', tests] },
      to: { path: '(^|/)node_modules/@redis/' },
    },
    {
      name: 'one-door-for-ws',
      comment:
        'ws has one door, adapters/ws.ts, and ws-transport.ts serves the sockets it opens: another engine, or a fix for ws, is then a change there.',
      severity: 'error',
      from: {
        path: anyPackageSource,
        pathNot: ['^packages/server/src/adapters/ws(-transport)?\\.ts$', tests],
      },
      to: { path: '(^|/)node_modules/(@types/)?ws/' },
    },
    {
      name: 'one-door-for-isomorphic-ws',
      comment: 'isomorphic-ws has one door, websocket.ts, which package.json swaps for the browser.',
      severity: 'error',
      from: { path: anyPackageSource, pathNot: ['^packages/client/src/websocket\\.ts$', tests] },
      to: { path: '(^|/)node_modules/isomorphic-ws/' },
    },
    {
      name: 'no-import-of-the-own-index',
      comment:
        'index.ts lists what users may have; a file that imports it from inside closes a circle and hides what it needs.',
      severity: 'error',
      from: { path: anyPackageSource, pathNot: [tests] },
      to: { path: '^packages/$1/src/index\\.ts$' },
    },
    {
      name: 'only-declared-dependencies',
      comment:
        "What a package imports stands in its own package.json; the workspace's tools are not there for its users.",
      severity: 'error',
      from: { path: anyPackageSource, pathNot: tests },
      to: { dependencyTypes: ['npm-no-pkg', 'npm-unknown', 'npm-dev'] },
    },
    {
      name: 'no-reaching-into-packages',
      comment:
        "A package is used through its entries: what is not in another package's exports may change any day.",
      severity: 'error',
      from: { path: '^(packages/[^/]+|examples/[^/]+/[^/]+|e2e|bench)/' },
      to: {
        path: '^packages/([^/]+)/src/',
        pathNot: [
          '^$1/',
          '^packages/[^/]+/src/index\\.ts$',
          '^packages/core/src/(internal|testing/index)\\.ts$',
          '^packages/client/src/dialect\\.ts$',
          // what every broker must fulfil is tested with every broker, and servers over one in memory and over a real one
          '^packages/server/src/(cluster/contract/.*|cluster/memory/memory-engine|test-server)\\.fixture\\.ts$',
        ],
      },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(^|/)(dist|\\.docs-check|test-results)/|^e2e/consumer/' },
    // type-only imports count as well: they are how layers leak into one another
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.test.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['@wirepact/source', 'import', 'require', 'node', 'default', 'types'],
      mainFields: ['module', 'main', 'types'],
    },
  },
};
