import type { OperationName } from "@holdfast/protocol/operations"
import { expect, it } from "vitest"
import { commandsFor } from "../src/command-groups.ts"

interface Without {
  /** Why no command carries it out. */
  readonly without: string
}

const READ_BY_BROWSER: Without = { without: "a page that a browser opens" }

/** The commands that carry out each operation: an operation that is missing does not compile. */
const COMMANDS: Readonly<Record<OperationName, ReadonlyArray<string> | Without>> = {
  "sessions.create": ["new", "new terminal", "new agent"],
  "sessions.list": ["ls"],
  "sessions.batch": { without: "a command changes one session after the other, and says which of them refused" },
  "sessions.watch": ["inbox"],
  "sessions.resolve": { without: "every command that takes a session resolves what was typed" },
  "sessions.get": ["show", "queue ls"],
  "sessions.update": ["rename", "tag", "metadata", "pin", "unpin"],
  "sessions.delete": ["rm"],
  "sessions.archive": ["archive"],
  "sessions.restore": ["restore"],
  "log.events": ["log", "replay"],
  "log.follow": ["log"],
  "log.mark": ["mark"],
  "log.export": ["export"],
  "terminal.input": ["send"],
  "terminal.resize": ["resize"],
  "terminal.signal": ["signal"],
  "terminal.restart": ["restart"],
  "terminal.screen": ["screen"],
  "terminal.past": { without: "players in a browser ask for it; replay draws the past by itself" },
  "terminal.keyboard": ["attach"],
  "viewers.list": ["who"],
  "viewers.detach": ["detach"],
  "messages.send": ["send"],
  "messages.list": ["messages"],
  "messages.file": { without: "a terminal shows no files; export names them" },
  "queue.get": ["queue show"],
  "queue.edit": ["queue edit"],
  "queue.remove": ["queue rm"],
  "queue.reorder": ["queue move"],
  "queue.send": ["queue send"],
  "queue.resolve": ["queue again", "queue drop"],
  "queue.hold": ["queue hold"],
  "queue.release": ["queue release"],
  "agents.list": ["agents"],
  "agents.install": { without: "`agents install` installs on the machine that it runs on, without a hub" },
  "agent.interrupt": ["interrupt"],
  "agent.configure": ["model", "mode", "cd"],
  "agent.renew": ["renew"],
  "sessions.fork": ["fork"],
  "tasks.list": ["tasks ls"],
  "tasks.stop": ["tasks stop"],
  "permissions.list": ["inbox"],
  "permissions.get": ["show"],
  "permissions.answer": ["approve"],
  "rules.list": ["rules ls"],
  "rules.forget": ["rules forget"],
  "imports.list": ["import"],
  "imports.create": ["import"],
  "trust.list": ["trust ls"],
  "trust.look": ["new agent"],
  "trust.set": ["trust add", "trust refuse"],
  "trust.revoke": ["trust revoke"],
  "seen.list": { without: "ls --unread lists what has news that were not seen" },
  "seen.set": ["seen", "unread"],
  "drafts.list": ["drafts"],
  "drafts.get": ["draft"],
  "drafts.put": ["draft"],
  "layouts.list": { without: "for clients that show panes" },
  "layouts.get": { without: "for clients that show panes" },
  "layouts.put": { without: "for clients that show panes" },
  "layouts.remove": { without: "for clients that show panes" },
  "traces.list": { without: "for lists that are drawn; trace prints the trace of one session" },
  "traces.get": ["trace"],
  "directories.list": { without: "for clients without a shell of the hub's machine" },
  "directories.recent": { without: "for clients without a shell of the hub's machine" },
  "files.search": ["files"],
  "files.read": { without: "diff shows what changed, and files names what can be opened" },
  "changes.list": ["changes"],
  "changes.diff": ["diff"],
  "runners.list": ["runner status"],
  "runners.stop": ["runner stop"],
  "push.list": { without: "for browsers, which subscribe themselves" },
  "push.put": { without: "for browsers, which subscribe themselves" },
  "push.remove": { without: "for browsers, which subscribe themselves" },
  "push.test": { without: "for browsers, which subscribe themselves" },
  "webhooks.list": ["webhook ls"],
  "webhooks.create": ["webhook add"],
  "webhooks.remove": ["webhook rm"],
  "webhooks.rotate": ["webhook rotate"],
  "webhooks.test": ["webhook test"],
  "webhooks.log": ["webhook log"],
  "webhooks.retry": ["webhook retry"],
  "announcements.create": ["announce"],
  "announcements.list": ["announce", "ls"],
  "announcements.remove": ["announce"],
  "tokens.list": ["token ls"],
  "tokens.create": ["token new"],
  "tokens.rename": ["token rename"],
  "tokens.revoke": ["token revoke"],
  "credential.rotate": ["token rotate"],
  "credential.prove": { without: "every command asks for it before it sends its credential" },
  "signIn.end": { without: "for browsers, which sign themselves out; token revoke ends a device from elsewhere" },
  "devices.pair": ["pair"],
  "devices.paired": ["pair"],
  "links.create": ["link", "open"],
  "links.open": READ_BY_BROWSER,
  "health.live": ["doctor"],
  "health.ready": ["doctor"],
  "server.metrics": { without: "for what collects figures" },
  "server.openapi": { without: "for programs that generate clients" },
  "server.docs": READ_BY_BROWSER,
}

/** Commands that ask no hub for anything. */
const OWN = ["agents install", "agents rm", "config", "serve"]

interface Named {
  readonly name: string
  readonly subcommands: ReadonlyArray<{ readonly commands: ReadonlyArray<Named> }>
}

/** A command and those below it, as they are typed. */
function typed({ name, subcommands }: Named): ReadonlyArray<string> {
  const below = subcommands.flatMap(({ commands }) => commands.flatMap(typed))
  return [name, ...below.map((one) => `${name} ${one}`)]
}

it("every operation has a command or a reason, and every command is one of them", async () => {
  const groups = await commandsFor([])
  const all = groups.flatMap(({ commands }) => commands.flatMap(typed))
  const named = Object.values(COMMANDS).flatMap((commands) => ("without" in commands ? [] : commands))
  expect(named.filter((one) => !all.includes(one))).toEqual([])
  // A command with subcommands that is not named here only groups them.
  const groupsOnly = all.filter((one) => all.some((other) => other.startsWith(`${one} `)))
  expect(all.filter((one) => ![...named, ...OWN, ...groupsOnly].includes(one))).toEqual([])
})
