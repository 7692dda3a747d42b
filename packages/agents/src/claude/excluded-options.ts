/**
 * Options of the Claude Agent SDK that sessions do not have, with the reason as a person is told it.
 *
 * A test reads the SDK's own type: each of its options is in `options.ts` or here (docs/protocol/rules.md, A-28).
 */

const BY_ADAPTER = "Holdfast sets this itself, to speak with Claude"
const FUNCTION = "it is a function, and a session's options are data"

/** Why each is left out. */
export const EXCLUDED: Readonly<Record<string, string>> = {
  abortController: FUNCTION,
  canUseTool: FUNCTION,
  hooks: `${FUNCTION}; hooks of settings files run as in Claude Code, and those of the option settings too`,
  onElicitation: FUNCTION,
  onUserDialog: FUNCTION,
  spawnClaudeCodeProcess: FUNCTION,
  stderr: FUNCTION,
  sessionStore: FUNCTION,
  sessionStoreFlush: BY_ADAPTER,
  loadTimeoutMs: BY_ADAPTER,
  supportedDialogKinds: "nothing shows such dialogs",
  perTaskStopAffordance: BY_ADAPTER,
  includeHookEvents: BY_ADAPTER,
  includePartialMessages: BY_ADAPTER,
  forwardSubagentText: BY_ADAPTER,
  mcpServersDelivery: BY_ADAPTER,
  pluginDelivery: BY_ADAPTER,
  allowDangerouslySkipPermissions: "the permissionMode bypassPermissions sets it",
  permissionPromptToolName: "permission requests are answered by people, on every surface",
  permissionPrompts:
    "permission requests are answered by people; the permissionMode dontAsk refuses everything that is not already allowed",
  cwd: "each session has its own cwd",
  projectConfigRoot: "the session's own directory is the one that a person trusts",
  env: "each session has its own env",
  executable: "the agent's program is in the configuration",
  executableArgs: "the agent's program is in the configuration",
  pathToClaudeCodeExecutable: "the agent's program is in the configuration, as agents.NAME.command",
  extraArgs: "it could change how Holdfast communicates with Claude; its data settings have their own options",
  continue: "use resume with the id of the session",
  forkSession: "use resume with fork",
  sessionId: "Holdfast chooses it, so that the session can be resumed",
  resumeSessionAt: "use resume; a session is resumed as a whole",
  resumeDropsTurn: "use resume; a session is resumed as a whole",
  persistSession: "a session that is not kept could not be resumed after its process ended",
  enableFileCheckpointing: "Claude has it only without a copy of its transcript, which a session keeps so that it can resume",
  managedSettings: "policy is the administrator's of the machine; use settings",
  promptSuggestions: "nothing shows them",
  debugFile: "what Claude says of itself is in the session's logs/agent.log; use debug",
}
