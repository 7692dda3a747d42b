/**
 * The packages of the repository: what each holds, what it may import, and the order of its folders.
 *
 * `npm run check` holds the sources to it (`arrows.mjs`, `shares.mjs`), and the tables of ARCHITECTURE.md and
 * CONTRIBUTING.md are written from it (`npm run tables`).
 */

/**
 * `uses`: the packages it may import. `npm`: what it may take from npm; `only`: of that, what only these folders may. `node`: whether it may use modules of Node.
 * `tests`: packages that its tests may import besides, and the testkit. `floors`: folders and files below `src`, lowest
 * first; one may import its own floor's folder and lower floors, and folders on one floor never import each other.
 */
export const PACKAGES = [
  {
    folder: "packages/protocol",
    holds: "events, records, frames, commands, HTTP contract, errors, settings, versions; runs anywhere",
    uses: [],
    npm: ["effect"],
  },
  {
    folder: "packages/core",
    holds: "pure rules: decide, evolve, cursors, viewers; `agent/`: turns, queue, permissions, messages, folding; runs anywhere",
    uses: ["protocol"],
    npm: ["diff"],
  },
  {
    folder: "packages/store",
    holds: "the store contract, its suite, the drivers `memory/` and `sqlite/`",
    uses: ["protocol"],
    npm: ["effect"],
    node: true,
  },
  {
    folder: "packages/link",
    holds: "the contract between hub and runner: messages, frames, the hub's end of a connection",
    uses: ["protocol"],
    npm: [],
    node: true,
  },
  {
    folder: "packages/adapter",
    holds: "contracts of adapters, agents and imports, with their suites; processes and process groups",
    uses: ["protocol", "link"],
    npm: ["effect"],
    node: true,
    floors: [
      ["adapter.ts"],
      ["agent-adapter.ts"],
      ["AgentCatalog.ts", "AgentHosts.ts", "ImportSource.ts"],
      ["process"],
      ["contract"],
    ],
  },
  {
    folder: "packages/files",
    holds:
      "the files of a session's directory: directories to choose from, search, reading, what changed as Git sees it; its thread",
    uses: ["protocol", "link", "adapter"],
    npm: ["ignore"],
    node: true,
    floors: [["place"], ["Lane.ts"], ["git"], ["search"], ["thread-messages.ts"], ["answer.ts"], ["Files.ts", "files-thread.ts"]],
  },
  {
    folder: "packages/runner",
    holds: "the process that owns children: terminals, journals, emulators, its socket; `client/` starts and finds runners",
    uses: ["protocol", "link", "adapter", "files"],
    npm: ["@lydell/node-pty", "@xterm/headless", "@xterm/addon-unicode11"],
    node: true,
    tests: ["agents"],
    floors: [["pty", "emulator", "journal"], ["server"], ["client"]],
  },
  {
    folder: "packages/agents",
    holds:
      "everything that knows a foreign agent: `claude/`, `acp/`, `scripted/`, what they share (`host/`), their threads, the catalogue, installation",
    uses: ["protocol", "core", "link", "adapter"],
    npm: ["effect", "@agentclientprotocol/sdk", "unbash"],
    node: true,
    floors: [["host"], ["acp", "claude", "scripted"], ["thread", "catalog"]],
  },
  {
    folder: "packages/hub",
    holds:
      "sessions: their loops, delivery, the link to runners, terminals, agents; `operations/`: what is asked of them, through one waist; the contract of doors (`Hub`)",
    uses: ["protocol", "core", "store", "link", "adapter"],
    npm: ["effect"],
    node: true,
    tests: ["server", "runner", "agents"],
    floors: [
      ["Telemetry.ts"],
      ["Hub.ts"],
      ["session"],
      ["delivery"],
      ["child"],
      ["terminal", "agent"],
      ["sessions"],
      ["operations"],
      ["layer.ts"],
    ],
  },
  {
    folder: "packages/doors",
    holds: "ways in: `socket/`, `http/`, `ai-sdk/`, `rpc/`, `socket-io/`, `app/` for the app's files, with guard and credentials",
    uses: ["protocol", "core", "hub"],
    npm: ["effect", "ws", "socket.io", "socket.io-parser", "engine.io"],
    node: true,
    tests: ["store"],
    floors: [
      ["OperationLog.ts", "FileDoor.ts", "RouteDoor.ts", "SocketDoor.ts", "door-sockets.ts", "websocket-frame.ts"],
      ["json"],
      ["credentials", "guard"],
      ["ai-sdk", "app", "http", "rpc", "socket", "socket-io"],
    ],
  },
  {
    folder: "packages/webhooks",
    holds: "requests of the hub to receivers, when something happens in a session",
    uses: ["protocol", "store", "hub"],
    npm: ["effect"],
    node: true,
  },
  {
    folder: "packages/push",
    holds: "notifications of the hub to devices, by web push",
    uses: ["protocol", "store", "hub", "webhooks"],
    npm: ["effect"],
    node: true,
  },
  {
    folder: "packages/server",
    holds: "the wiring of a server: configuration, concrete layers, logs, housekeeping of the process",
    uses: ["protocol", "store", "link", "adapter", "runner", "agents", "hub", "doors", "webhooks", "push"],
    npm: ["effect"],
    node: true,
  },
  {
    folder: "packages/client",
    holds: "connection, attachments, resume; for browsers and Node",
    uses: ["protocol", "core"],
    npm: ["effect"],
    only: { effect: ["effect"] },
  },
  {
    folder: "packages/react",
    holds: "React hooks and components over the client's model",
    uses: ["protocol", "client"],
    npm: ["react", "@xterm/xterm"],
  },
  {
    folder: "apps/cli",
    holds: "the command line; published as `holdfast`",
    uses: ["protocol", "core", "link", "runner", "agents", "doors", "server", "client"],
    npm: ["effect", "ws", "get-east-asian-width", "qr"],
    node: true,
  },
  {
    folder: "apps/web",
    holds: "the app: sessions, terminals and agents in a browser, on the desk and on the phone",
    uses: ["protocol", "core", "client", "react"],
    // What the service worker leaves to the hub is what has a route there.
    tests: ["doors"],
    npm: [
      ...["react", "react-dom", "radix-ui", "wouter", "idb", "tinykeys", "virtua", "marked", "diff", "qr"],
      ...["@atlaskit/pragmatic-drag-and-drop", "@shikijs/core", "@shikijs/engine-javascript", "@shikijs/langs"],
      ...["@xterm/xterm", "@xterm/addon-search", "@xterm/addon-unicode11", "@xterm/addon-web-links"],
      "@xterm/addon-webgl",
    ],
  },
  {
    folder: "conformance",
    holds: "the suite that any door passes, against any server; the doors that it knows, a command line",
    uses: ["protocol", "client"],
    npm: ["ws", "vitest", "socket.io-client"],
    node: true,
    tests: ["core"],
  },
]

/** Folders with sources that may import any package. */
export const FREE = ["testkit", "bench"]

/** What tests and contract suites may use from npm besides what their package may. */
export const TEST_PACKAGES = [
  ...["vitest", "@effect/vitest", "fast-check", "ws", "@lydell/node-pty", "@xterm/headless", "socket.io-client"],
  // What others make of the same chunks and the same Markdown.
  ...["ai", "markdown-it"],
  "react-dom",
  // Who verifies what webhooks are signed with.
  "standardwebhooks",
]
