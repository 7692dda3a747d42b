/** Agents: what a session of kind `agent` is made with, and what its record shows. */
import * as Schema from "effect/Schema"
import { matching, wellFormed, withoutNul } from "../text.ts"
import { ProjectPath } from "../ids.ts"
import { Hold } from "./hold.ts"
import { Usage } from "./message.ts"
import { SessionTrust } from "./trust.ts"

/** Name of an agent in the configuration. */
export const AgentName = Schema.String.check(
  matching(
    /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/,
    "the name of an agent has 1 to 64 letters of A to Z, digits or ._-, and begins with a letter or digit",
  ),
)

/** Ways to drive an agent: one adapter each. */
export const AdapterKind = Schema.Literals(["scripted", "claude", "acp"])
export type AdapterKind = typeof AdapterKind.Type

/** What a session was made with; `env` has the names of its variables, whose values are in no event (E-8). `options` are checked by the agent's adapter before the session exists. */
export const AgentSpec = Schema.Struct({
  name: AgentName,
  adapter: AdapterKind,
  cwd: Schema.String,
  env: Schema.Array(Schema.String),
  options: Schema.Record(Schema.String, Schema.Json),
}).annotate({ identifier: "AgentSpec" })
export type AgentSpec = typeof AgentSpec.Type

/** A mode or a model that an agent offers. */
export const AgentChoice = Schema.Struct({
  id: Schema.String,
  name: Schema.String,
  description: Schema.optionalKey(Schema.String),
}).annotate({ identifier: "AgentChoice" })
export type AgentChoice = typeof AgentChoice.Type

/** An MCP server as the agent has it; `status` in the agent's own words, `error` why it could not be used. */
export const LoadedServer = Schema.Struct({
  name: Schema.String,
  status: Schema.String,
  error: Schema.optionalKey(Schema.String),
}).annotate({ identifier: "LoadedServer" })
export type LoadedServer = typeof LoadedServer.Type

const Names = Schema.Array(Schema.String)

/** What an agent was started with: where its settings come from, and what they brought. `problems` are in words. */
export const Loaded = Schema.Struct({
  sources: Names,
  memory: Names,
  hooks: Names,
  servers: Schema.Array(LoadedServer),
  agents: Names,
  skills: Names,
  plugins: Names,
  problems: Names,
}).annotate({ identifier: "Loaded" })
export type Loaded = typeof Loaded.Type

/** What an agent reported about itself; each report replaces the fields it has. */
export const AgentInfo = Schema.Struct({
  version: Schema.optionalKey(Schema.String),
  model: Schema.optionalKey(Schema.String),
  mode: Schema.optionalKey(Schema.String),
  models: Schema.optionalKey(Schema.Array(AgentChoice)),
  modes: Schema.optionalKey(Schema.Array(AgentChoice)),
  commands: Schema.optionalKey(
    Schema.Array(Schema.Struct({ name: Schema.String, description: Schema.optionalKey(Schema.String) })),
  ),
  loaded: Schema.optionalKey(Loaded),
  /** Whether a message can go into a streaming turn. */
  steers: Schema.optionalKey(Schema.Boolean),
}).annotate({ identifier: "AgentInfo" })
export type AgentInfo = typeof AgentInfo.Type

/** How an agent process got its memory: `new`, `resumed` from its own, or `replayed` from our transcript as context. */
export const Resumed = Schema.Literals(["new", "resumed", "replayed"])
export type Resumed = typeof Resumed.Type

/** Model and mode as they were chosen. */
export const WantedAgent = Schema.Struct({
  model: Schema.optionalKey(Schema.String),
  mode: Schema.optionalKey(Schema.String),
}).annotate({ identifier: "WantedAgent" })
export type WantedAgent = typeof WantedAgent.Type

/** The agent part of a session's record. */
export const AgentState = Schema.Struct({
  name: Schema.String,
  adapter: AdapterKind,
  cwd: ProjectPath,
  options: Schema.Record(Schema.String, Schema.Json),
  info: AgentInfo,
  /** What `agent.configure` chose; what the agent has in fact is in `info` once it has started. */
  wanted: Schema.optionalKey(WantedAgent),
  /** The agent's own id of the session. */
  native: Schema.optionalKey(Schema.String),
  pid: Schema.optionalKey(Schema.Int),
  turns: Schema.Int,
  usage: Usage,
  /** Whether what its directory contains may run; absent if it contains nothing that agents read. */
  trust: Schema.optionalKey(SessionTrust),
  hold: Schema.optionalKey(Hold),
}).annotate({ identifier: "AgentState" })
export type AgentState = typeof AgentState.Type

/** Body of `PATCH …/agent`: changes while it runs. Another `cwd` lets the agent's next process begin there. */
export const ConfigureAgent = Schema.Struct({
  cwd: Schema.optionalKey(Schema.String.check(Schema.isMinLength(1), Schema.isMaxLength(4096), wellFormed, withoutNul)),
  model: Schema.optionalKey(Schema.String.check(Schema.isMaxLength(200), wellFormed)),
  mode: Schema.optionalKey(Schema.String.check(Schema.isMaxLength(200), wellFormed)),
}).annotate({ identifier: "ConfigureAgent" })
export type ConfigureAgent = typeof ConfigureAgent.Type

/** Body of `POST …/agent/renew`: the id of a message; it and what followed are left out of the new process's context. */
export const RenewAgent = Schema.Struct({ before: Schema.optionalKey(Schema.String.check(Schema.isMaxLength(256))) }).annotate({
  identifier: "RenewAgent",
})
export type RenewAgent = typeof RenewAgent.Type

/** An agent as `GET /api/agents` lists it. `missing` says what to do when it cannot be used. */
export const AgentEntry = Schema.Struct({
  name: Schema.String,
  title: Schema.String,
  adapter: AdapterKind,
  command: Schema.optionalKey(Schema.String),
  installed: Schema.Boolean,
  version: Schema.optionalKey(Schema.String),
  missing: Schema.optionalKey(Schema.String),
  /** True for the one that is used when none is named. */
  default: Schema.Boolean,
}).annotate({ identifier: "AgentEntry" })
export type AgentEntry = typeof AgentEntry.Type
