/**
 * The user's own environment variables: those of a process without what the program around it set for its own children.
 *
 * One list for every child, terminals and agents alike (docs/protocol/rules.md, A-27): a hub may be started from an editor, from
 * npm, from inside an agent or by a service manager, and none of that is true for what a session starts. What a name alone
 * cannot tell (`EDITOR`, `PATH`, `CLAUDE_CODE_…`) goes only when the program that sets it is known to be around.
 */

/** Variables by name, as `process.env` has them. */
export type Variables = Readonly<Record<string, string | undefined>>

/** Names that are never the user's own in another terminal, by who sets them. */
const FOREIGN: Readonly<Record<string, ReadonlyArray<string>>> = {
  shell: ["OLDPWD", "PWD", "_"],
  terminal: [
    ...["TERM", "COLORTERM", "TERMCAP", "COLUMNS", "LINES", "COLORFGBG", "WINDOWID", "VTE_VERSION", "TILIX_ID"],
    ...["TERM_PROGRAM", "TERM_PROGRAM_VERSION", "TERM_SESSION_ID", "TERM_FEATURES", "TERMINAL_EMULATOR"],
    ...["LC_TERMINAL", "LC_TERMINAL_VERSION", "WT_SESSION", "WT_PROFILE_ID", "MINTTY_SHORTCUT"],
  ],
  multiplexer: ["TMUX", "TMUX_PANE", "STY", "WINDOW"],
  node: ["NODE_CHANNEL_FD", "NODE_CHANNEL_SERIALIZATION_MODE", "NODE_UNIQUE_ID"],
  service: [
    ...["INVOCATION_ID", "JOURNAL_STREAM", "NOTIFY_SOCKET", "LISTEN_FDS", "LISTEN_PID", "LISTEN_FDNAMES", "MAINPID"],
    ...["MANAGERPID", "SYSTEMD_EXEC_PID", "WATCHDOG_PID", "WATCHDOG_USEC", "FDSTORE", "CREDENTIALS_DIRECTORY"],
    ...["MEMORY_PRESSURE_WATCH", "MEMORY_PRESSURE_WRITE", "XPC_SERVICE_NAME", "XPC_FLAGS"],
  ],
  editor: [
    ...[
      "VIM",
      "VIMRUNTIME",
      "NVIM",
      "NVIM_LISTEN_ADDRESS",
      "NVIM_LOG_FILE",
      "MYVIMRC",
      "INSIDE_EMACS",
      "ZED_TERM",
      "ZED_ENVIRONMENT",
    ],
    ...[
      "ELECTRON_RUN_AS_NODE",
      "ELECTRON_NO_ATTACH_CONSOLE",
      "ELECTRON_NO_ASAR",
      "CHROME_DESKTOP",
      "ORIGINAL_XDG_CURRENT_DESKTOP",
    ],
    ...["GIO_LAUNCHED_DESKTOP_FILE", "GIO_LAUNCHED_DESKTOP_FILE_PID", "BAMF_DESKTOP_FILE_HINT", "DESKTOP_STARTUP_ID"],
    ...["INTELLIJ_ENVIRONMENT_READER", "PYCHARM_HOSTED", "PYDEVD_USE_FRAME_EVAL"],
  ],
  claude: [
    ...["CLAUDECODE", "CLAUDE_PROJECT_DIR", "CLAUDE_ENV_FILE", "CLAUDE_PLUGIN_ROOT", "CLAUDE_PLUGIN_DATA", "CLAUDE_SKILL_DIR"],
    ...["CLAUDE_PID", "CLAUDE_EFFORT", "CLAUDE_JOB_DIR", "CLAUDE_AGENT_SDK_VERSION", "CLAUDE_AGENT_SDK_CLIENT_APP"],
    ...[
      "CLAUDE_CODE_ENTRYPOINT",
      "CLAUDE_CODE_EXECPATH",
      "CLAUDE_CODE_SSE_PORT",
      "CLAUDE_CODE_TMPDIR",
      "CLAUDE_CODE_INVOKED_SKILLS",
    ],
    ...[
      "CLAUDE_CODE_LAUNCHED_BY_SESSION_IDS",
      "CLAUDE_CODE_CONTAINER_ID",
      "CLAUDE_CODE_TASK_LIST_ID",
      "CLAUDE_CODE_TMUX_SESSION",
    ],
  ],
  agents: [
    ...["AI_AGENT", "TRACEPARENT", "TRACESTATE", "CODEX_CI", "CODEX_THREAD_ID", "CODEX_INTERNAL_ORIGINATOR_OVERRIDE"],
    ...["GEMINI_CLI", "QWEN_CODE", "OPENCODE", "OPENCODE_PID", "OPENCODE_RUN_ID", "OPENCODE_PROCESS_ROLE", "CLINE_ACTIVE"],
    ...["CURSOR_AGENT", "CURSOR_TRACE_ID", "AMP_CURRENT_THREAD_ID", "GOOSE_TERMINAL", "AGENT_SESSION_ID", "COPILOT_CLI"],
  ],
  packages: ["INIT_CWD", "PROJECT_CWD", "PNPM_SCRIPT_SRC_DIR", "BERRY_BIN_FOLDER"],
}

const NAMES: ReadonlySet<string> = new Set(Object.values(FOREIGN).flat())

/** Families of names: terminals, editors and multiplexers that number theirs, sessions of an outer agent and their keys. */
const FAMILIES: ReadonlyArray<RegExp> = [
  /^HOLDFAST_/,
  /^(KITTY|ITERM|WEZTERM|ALACRITTY|GHOSTTY|KONSOLE|TERMINATOR|GNOME_TERMINAL|WARP|ConEmu|ZELLIJ|CMUX)_?/,
  /^(VSCODE|JEDITERM|__INTELLIJ|_INTELLIJ|IDEA_INITIAL)_/,
  /^CODEX_SANDBOX/,
  /^CLAUDE_(BG|BRIDGE|RUNNER|PTY_HOST|SSH|SESSION|RELAUNCH|CHROME)_/,
  /^CLAUDE_CODE_(.*_)?(SESSION|SESSIONS|MESSAGING|BRIDGE|CHILD|REMOTE|HOST|WORKER|RESUME|RELAUNCH|DESCRIPTOR)(_|$)/,
]

/** What a user sets for Claude; everything else that begins with `CLAUDE_` is an outer Claude's when there is one. */
const CLAUDE_SETTINGS =
  /^CLAUDE_(CONFIG_DIR$|ENABLE_|STREAM_|AUTOCOMPACT_|BASH_|CODE_(OAUTH_TOKEN$|USE_|SKIP_.*AUTH$|DISABLE_|ENABLE_|MAX_|SUBAGENT_MODEL$|API_KEY_HELPER_|CLIENT_|EFFORT_LEVEL$|EXTRA_BODY$|SHELL|GIT_BASH_PATH$|IDE_|AUTO_|OTEL_|PLUGIN_|ATTRIBUTION_|PERFORCE_MODE$|RETRY_))/

/** The variables that are the user's own, with the `PATH` from before npm when npm started the process. */
export function ownEnvironment(base: Variables): Record<string, string> {
  const isOwn = ownIn(base)
  const own: Record<string, string> = Object.create(null)
  for (const [name, value] of Object.entries(base)) {
    if (value !== undefined && isOwn(name, value)) own[name] = isPath(name) && hasNpm(base) ? withoutNpm(value) : value
  }
  return own
}

const hasNpm = (base: Variables): boolean => base["npm_execpath"] !== undefined || base["npm_lifecycle_event"] !== undefined
const hasAgent = (base: Variables): boolean => ["CLAUDECODE", "GEMINI_CLI", "CODEX_CI"].some((name) => base[name] !== undefined)
const isPath = (name: string): boolean => name === "PATH" || name === "Path"

function ownIn(base: Variables): (name: string, value: string) => boolean {
  const npm = hasNpm(base)
  const claude = base["CLAUDECODE"] !== undefined
  const agent = hasAgent(base)
  return (name, value) =>
    !NAMES.has(name) &&
    !FAMILIES.some((family) => family.test(name)) &&
    !(npm && isOfNpm(name, value, base)) &&
    !(claude && name.startsWith("CLAUDE_") && !CLAUDE_SETTINGS.test(name)) &&
    !(agent && isOfAgent(name, value)) &&
    !isOfEditor(name, value)
}

/** npm writes lower-case names; it repeats `EDITOR` as it understood it, which is `vi` where the user has none. */
function isOfNpm(name: string, value: string, base: Variables): boolean {
  switch (name) {
    case "EDITOR":
      return [base["VISUAL"], base["npm_config_editor"], "vi", "notepad.exe"].includes(value)
    case "NODE_OPTIONS":
      return value === base["npm_config_node_options"]
    case "NODE":
    case "COLOR":
      return true
    default:
      return name.startsWith("npm_")
  }
}

/** Agents keep what they start from asking and from paging: with these a person's commit would take an empty message. */
const isOfAgent = (name: string, value: string): boolean =>
  (/^GIT_(SEQUENCE_)?EDITOR$/.test(name) && ["true", ":"].includes(value)) ||
  (/^((GIT|GH)_)?PAGER$/.test(name) && value === "cat") ||
  (name === "NoDefaultCurrentDirectoryInExePath" && value === "1") ||
  (name === "COREPACK_ENABLE_AUTO_PIN" && value === "0")

/** Helpers that speak with an editor's window, by the file that they are. */
const isOfEditor = (name: string, value: string): boolean =>
  (/^(GIT_ASKPASS|SSH_ASKPASS|BROWSER)$/.test(name) &&
    /extensions[\\/]git[\\/]|vscode|cursor-server|browser\.sh$/i.test(value)) ||
  (name === "NODE_OPTIONS" && /ms-vscode\.js-debug|vscode/i.test(value))

/** npm puts the programs of packages in front, by absolute paths. */
function withoutNpm(path: string): string {
  const delimiter = /^[A-Za-z]:[\\/]/.test(path) ? ";" : ":"
  const isAdded = (place: string): boolean => /^([A-Za-z]:[\\/]|\/).*(node_modules[\\/]\.bin|node-gyp-bin)$/.test(place)
  return path
    .split(delimiter)
    .filter((place) => !isAdded(place))
    .join(delimiter)
}
