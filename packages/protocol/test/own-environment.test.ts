import { describe, expect, it } from "vitest"
import { ownEnvironment } from "../src/own-environment.ts"

const OWN = {
  HOME: "/home/me",
  LANG: "de_AT.UTF-8",
  PATH: "/home/me/bin:/usr/bin",
  SSH_AUTH_SOCK: "/run/agent",
  VIRTUAL_ENV: "/home/me/venv",
  NPM_CONFIG_REGISTRY: "http://127.0.0.1:4873",
  ANTHROPIC_API_KEY: "key",
  CLAUDE_CONFIG_DIR: "/home/me/.claude-work",
  CLAUDE_CODE_USE_BEDROCK: "1",
  CLAUDE_CODE_MAX_OUTPUT_TOKENS: "32000",
  CODEX_HOME: "/home/me/.codex",
  GIT_EDITOR: "nvim",
  NO_COLOR: "1",
}

/** What each program sets for its own children, beside what was there. */
const AROUND: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  npm: {
    npm_execpath: "/usr/lib/npm-cli.js",
    npm_node_execpath: "/usr/bin/node",
    npm_lifecycle_event: "start",
    npm_config_registry: "http://other",
    npm_package_json: "/x/package.json",
    INIT_CWD: "/x",
    NODE: "/usr/bin/node",
    COLOR: "1",
    EDITOR: "vi",
    PATH: `/x/node_modules/.bin:/node_modules/.bin:/usr/lib/node_modules/npm/node_modules/@npmcli/run-script/lib/node-gyp-bin:${OWN.PATH}`,
  },
  "Claude Code": {
    CLAUDECODE: "1",
    CLAUDE_CODE_ENTRYPOINT: "cli",
    CLAUDE_CODE_SESSION_ID: "s",
    CLAUDE_CODE_SESSION_ACCESS_TOKEN: "secret",
    CLAUDE_CODE_MESSAGING_SOCKET: "/tmp/s",
    CLAUDE_CODE_MESSAGING_TOKEN: "secret",
    CLAUDE_CODE_OAUTH_TOKEN_FILE_DESCRIPTOR: "4",
    CLAUDE_CODE_SOMETHING_NEW: "x",
    CLAUDE_BG_SOCKET_TOKENS_PATH: "/tmp/t",
    CLAUDE_PROJECT_DIR: "/x",
    CLAUDE_ENV_FILE: "/tmp/e",
    AI_AGENT: "claude",
    TRACEPARENT: "00-1",
  },
  "a terminal of Visual Studio Code": {
    TERM_PROGRAM: "vscode",
    TERM_PROGRAM_VERSION: "1",
    VSCODE_IPC_HOOK_CLI: "/run/sock",
    VSCODE_GIT_ASKPASS_NODE: "/x",
    CLAUDE_CODE_SSE_PORT: "1",
    GIT_ASKPASS: "/x/extensions/git/dist/askpass.sh",
    BROWSER: "/home/me/.vscode-server/bin/1/bin/helpers/browser.sh",
    ELECTRON_RUN_AS_NODE: "1",
    NODE_OPTIONS: "--require /x/ms-vscode.js-debug/src/bootloader.js",
  },
  "other agents": { GEMINI_CLI: "1", PAGER: "cat", GIT_PAGER: "cat", CODEX_SANDBOX: "seatbelt", OPENCODE: "1" },
  "a terminal": {
    TERM: "xterm-kitty",
    KITTY_WINDOW_ID: "1",
    ITERM_SESSION_ID: "1",
    COLORFGBG: "0;15",
    TMUX: "/tmp/x,1,0",
    TMUX_PANE: "%1",
  },
  "a service manager": { NOTIFY_SOCKET: "/run/n", INVOCATION_ID: "1", JOURNAL_STREAM: "8:1", LISTEN_FDS: "1", LISTEN_PID: "1" },
  Holdfast: { HOLDFAST_TOKEN: "secret", HOLDFAST_SESSION: "s" },
}

describe("own environment", () => {
  for (const [who, added] of Object.entries(AROUND)) {
    it(`A-27 has nothing that ${who} sets for its own children, and all that is the user's (fault:N21)`, () => {
      expect({ ...ownEnvironment({ ...OWN, ...added }) }).toEqual(OWN)
    })
  }

  it("A-27 keeps what looks like another program's when that program is not around (fault:N21)", () => {
    const own = {
      ...OWN,
      EDITOR: "vi",
      COLOR: "1",
      PAGER: "cat",
      npm_config_registry: "http://mine",
      CLAUDE_CODE_SOMETHING_NEW: "x",
    }
    expect({ ...ownEnvironment(own) }).toEqual(own)
  })

  it("A-27 takes an editor that keeps commits from asking for that of an agent (fault:N21)", () => {
    const { GIT_EDITOR: _, ...rest } = OWN
    expect({ ...ownEnvironment({ ...rest, CLAUDECODE: "1", GIT_EDITOR: "true" }) }).toEqual(rest)
  })
})
