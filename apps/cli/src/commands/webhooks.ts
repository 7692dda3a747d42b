/**
 * Commands about webhooks.
 */
import * as Option from "effect/Option"
import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import { act, flag, json, many, word } from "./parts.ts"

const webhooks = () => import("../operations/webhooks.ts")

const webhook = word("webhook", "Id of the webhook")

/** The commands. */
export const webhookCommands = [
  Command.make("webhook").pipe(
    Command.withDescription("Send events of sessions to a receiver, and see what became of them"),
    Command.withSubcommands([
      Command.make(
        "add",
        {
          url: word("url", "Address of the receiver"),
          on: many("on", "Events to send, such as turn-ended,permission-asked,session-lost; repeatable"),
          sessions: many("session", "Only events of this session; repeatable"),
          tags: many("tag", "Only events of sessions with this tag; repeatable"),
          allowPrivate: flag("allow-private", "Allow a receiver on this machine or in a private network"),
          json,
        },
        (input) => act(async () => (await webhooks()).addWebhook(input)),
      ).pipe(Command.withDescription("Create a webhook and print the secret that signs its requests, which is shown only once")),
      Command.make("ls", { json }, (input) => act(async () => (await webhooks()).listWebhooks(input.json))).pipe(
        Command.withDescription("List webhooks without their secrets"),
      ),
      Command.make("rm", { webhook, json }, (input) =>
        act(async () => (await webhooks()).removeWebhook(input.webhook, input.json)),
      ).pipe(Command.withDescription("Remove a webhook with what waits to be sent")),
      Command.make("test", { webhook, json }, (input) =>
        act(async () => (await webhooks()).testWebhook(input.webhook, input.json)),
      ).pipe(Command.withDescription("Send the receiver a test and say what it answered")),
      Command.make(
        "log",
        {
          webhook,
          state: Flag.Literals("state", ["delivered", "retrying", "dead"]).pipe(
            Flag.withDescription("Filter by state; dead: given up"),
            Flag.optional,
            Flag.map(Option.getOrUndefined),
          ),
          json,
        },
        (input) => act(async () => (await webhooks()).webhookLog(input.webhook, input.state, input.json)),
      ).pipe(Command.withDescription("Print the last deliveries, newest first")),
      Command.make(
        "retry",
        {
          webhook,
          delivery: word("delivery", "Id of one delivery (default: all)").pipe(
            Argument.optional,
            Argument.map(Option.getOrUndefined),
          ),
          json,
        },
        (input) => act(async () => (await webhooks()).retryWebhook(input.webhook, input.delivery, input.json)),
      ).pipe(Command.withDescription("Try again at once what was given up or waits, and turn a webhook on that was turned off")),
      Command.make("rotate", { webhook, json }, (input) =>
        act(async () => (await webhooks()).rotateWebhook(input.webhook, input.json)),
      ).pipe(Command.withDescription("Replace the secret; the former one signs as well for a day")),
    ]),
  ),
] as const
