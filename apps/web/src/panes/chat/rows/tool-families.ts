/** What kind of work a tool call is, whatever its agent calls the tool. */
import type { ToolPart } from "@holdfast/client/model"
import { fieldsOf } from "./tool-input.ts"

/** Kinds of work that are shown in their own way. */
export type Family =
  | "agent"
  | "ask"
  | "delete"
  | "edit"
  | "fetch"
  | "list"
  | "move"
  | "other"
  | "plan"
  | "read"
  | "run"
  | "search"
  | "skill"
  | "stop"
  | "todo"
  | "web"
  | "write"

const NAMES: ReadonlyMap<string, Family> = new Map(
  (
    [
      ["agent", "task agent subagent spawn_agent delegate"],
      ["ask", "askuserquestion ask question request_user_input"],
      ["delete", "delete remove rm deletefile delete_file"],
      ["edit", "edit multiedit notebookedit str_replace str_replace_editor apply_patch patch replace editfile edit_file update"],
      ["fetch", "webfetch fetch fetch_url web_fetch url"],
      ["list", "ls list listdir list_dir list_directory readdir"],
      ["move", "move rename mv"],
      ["plan", "exitplanmode plan update_plan enterplanmode"],
      ["read", "read readfile read_file view cat open notebookread read_many_files"],
      ["run", "bash shell run exec execute command run_command run_shell_command exec_command local_shell terminal powershell"],
      ["run", "bashoutput taskoutput write_stdin"],
      ["search", "grep glob search find rg codebase_search file_search search_file_content toolsearch"],
      ["skill", "skill slashcommand"],
      ["stop", "killshell killbash kill taskstop"],
      ["todo", "todowrite todoread todo write_todos taskcreate taskupdate tasklist taskget"],
      ["web", "websearch web_search google_web_search"],
      ["write", "write writefile write_file create create_file"],
    ] as const
  ).flatMap(([family, names]) => names.split(" ").map((name) => [name, family] as const)),
)

const KINDS: ReadonlyMap<string, Family> = new Map([
  ["read", "read"],
  ["edit", "edit"],
  ["delete", "delete"],
  ["move", "move"],
  ["search", "search"],
  ["execute", "run"],
  ["fetch", "fetch"],
])

/** The family of a call: by the tool's name, or by the kind that its agent says. */
export function familyOf({ toolName, toolMetadata }: ToolPart): Family {
  const kind = fieldsOf(toolMetadata)["kind"]
  return NAMES.get(toolName.toLowerCase()) ?? (typeof kind === "string" ? KINDS.get(kind) : undefined) ?? "other"
}

/** Verbs, as a line begins. */
export const VERBS: Readonly<Record<Family, string>> = {
  agent: "Agent",
  ask: "Ask",
  delete: "Delete",
  edit: "Edit",
  fetch: "Fetch",
  list: "List",
  move: "Move",
  other: "Use",
  plan: "Plan",
  read: "Read",
  run: "Run",
  search: "Search",
  skill: "Skill",
  stop: "Stop",
  todo: "Plan",
  web: "Search",
  write: "Write",
}

/** Families whose calls become one line when they follow each other. */
export const GROUPED: ReadonlySet<Family> = new Set<Family>(["read", "search", "list", "fetch", "web"])
