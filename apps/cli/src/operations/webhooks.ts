/**
 * `holdfast webhook`: requests of the hub to receivers.
 */
import { makeWebhookApi, type WebhookApi } from "@holdfast/client/http/webhook-api"
import { type Webhook, type WebhookDelivery, WEBHOOK_NAMES, type WebhookEvent } from "@holdfast/protocol/webhook"
import { toFailure, usage } from "../failure.ts"
import { hint } from "../hint.ts"
import { complain, outputWidth, paint, print, printEither, printJson } from "../output.ts"
import { httpOptions, useHub } from "../server/hub.ts"
import { wholeId } from "../sessions/whole-id.ts"
import { ago, clock } from "../text/amounts.ts"
import { printable } from "../text/printable.ts"
import { table } from "../text/table.ts"

async function asked<A>(question: (api: WebhookApi) => Promise<A>): Promise<A> {
  const { target } = useHub()
  try {
    return await question(makeWebhookApi(httpOptions(target)))
  } catch (error) {
    throw toFailure(error, target.origin)
  }
}

/** What a webhook is to be. */
export interface WebhookOptions {
  readonly url: string
  /** Names of events, each text with one or several of them, separated by commas. */
  readonly on: ReadonlyArray<string>
  readonly sessions: ReadonlyArray<string>
  readonly tags: ReadonlyArray<string>
  readonly allowPrivate: boolean
  readonly json: boolean
}

/** Makes a webhook and prints its secret, which is shown this once. */
export async function addWebhook({ url, on, sessions: named, tags, allowPrivate, json }: WebhookOptions): Promise<void> {
  const events = checked(url, on)
  const sessions: Array<string> = []
  for (const session of named) sessions.push(await wholeId(session))
  const made = await asked((api) =>
    api.create({
      url,
      on: events,
      ...(sessions.length === 0 ? {} : { sessions }),
      ...(tags.length === 0 ? {} : { tags }),
      ...(allowPrivate ? { allowPrivate } : {}),
    }),
  )
  if (json) return printJson(made)
  print(made.secret)
  if (process.stdout.isTTY)
    complain(`webhook ${made.id} was created; its secret is not shown again. Try it: ${hint(`webhook test ${made.id}`)}`)
}

/** The events that are named; fails as wrong usage that says all that is wrong. */
function checked(url: string, on: ReadonlyArray<string>): ReadonlyArray<WebhookEvent> {
  const names = on.flatMap((text) => text.split(",")).map((name) => name.trim())
  const wrong = names.find((name) => !WEBHOOK_NAMES.some((known) => known === name))
  const events = WEBHOOK_NAMES.join(", ")
  const problems = [
    ...(/^https?:$/.test(URL.parse(url)?.protocol ?? "")
      ? []
      : [`${JSON.stringify(url)} is not the address of a receiver, such as https://example.com/hook`]),
    ...(names.length === 0 ? [`--on is required: the events to send, of ${events}`] : []),
    ...(wrong === undefined ? [] : [`--on takes names of events, not ${JSON.stringify(wrong)}: ${events}`]),
  ]
  if (problems.length > 0) throw usage(problems.join("\n  "))
  return WEBHOOK_NAMES.filter((name) => names.includes(name))
}

/** Lists the webhooks, without their secrets. */
export async function listWebhooks(json: boolean): Promise<void> {
  const { webhooks } = await asked((api) => api.webhooks())
  const width = outputWidth()
  printEither(json, webhooks, () =>
    webhooks.length === 0
      ? [`no webhooks; create one with: ${hint("webhook add URL --on turn-ended")}`]
      : table<Webhook>(
          [
            { title: "ID", text: ({ id }) => id, style: () => "cyan" },
            { title: "STATE", text: ({ active }) => (active ? "active" : "off") },
            { title: "URL", text: ({ url }) => printable(url), style: () => "bold" },
            { title: "ON", text: ({ on }) => on.join(","), least: 12 },
            { title: "WAITING", text: ({ retrying }) => (retrying === 0 ? "" : String(retrying)), side: "right" },
            { title: "DEAD", text: ({ dead }) => (dead === 0 ? "" : String(dead)), side: "right" },
          ],
          webhooks,
          { paint, ...(width === undefined ? {} : { width }) },
        ),
  )
}

/** Removes a webhook. */
export async function removeWebhook(id: string, json: boolean): Promise<void> {
  const answer = await asked((api) => api.remove(id))
  printEither(json, answer, () => [`removed ${id}`])
}

/** Sends the receiver a test, and says what it answered; fails when it did not take it. */
export async function testWebhook(id: string, json: boolean): Promise<void> {
  const tested = await asked((api) => api.test(id))
  const { delivered, status, problem = "", milliseconds } = tested
  printEither(json, tested, () => [
    delivered ? `the receiver answered ${status} in ${milliseconds} ms` : `not delivered: ${printable(problem)}`,
  ])
  if (!delivered) process.exitCode = 1
}

/** Prints the last deliveries, newest first. */
export async function webhookLog(id: string, state: WebhookDelivery["state"] | undefined, json: boolean): Promise<void> {
  const { deliveries } = await asked((api) => api.log(id, state))
  const width = outputWidth()
  printEither(json, deliveries, () =>
    deliveries.length === 0
      ? []
      : table<WebhookDelivery>(
          [
            { title: "STATE", text: (one) => one.state },
            { title: "TYPE", text: ({ type }) => type, style: () => "bold" },
            { title: "TRIED", text: ({ at }) => ago(at, Date.now()), side: "right" },
            { title: "TRIES", text: ({ tries }) => String(tries), side: "right" },
            { title: "NEXT", text: ({ nextAt }) => (nextAt === undefined ? "" : clock(nextAt)) },
            { title: "PROBLEM", text: ({ problem = "" }) => printable(problem), least: 10 },
            { title: "ID", text: (one) => one.id, style: () => "cyan" },
          ],
          deliveries,
          { paint, ...(width === undefined ? {} : { width }) },
        ),
  )
}

/** Tries again at once what was given up or waits. */
export async function retryWebhook(id: string, delivery: string | undefined, json: boolean): Promise<void> {
  const answer = await asked((api) => api.retry(id, delivery))
  printEither(json, answer, () => [`${answer.retried} ${answer.retried === 1 ? "delivery is" : "deliveries are"} tried again`])
}

/** Gives a webhook a new secret and prints it. */
export async function rotateWebhook(id: string, json: boolean): Promise<void> {
  const answer = await asked((api) => api.rotate(id))
  if (json) return printJson(answer)
  print(answer.secret)
  if (process.stdout.isTTY) complain(`the former secret signs as well until ${clock(answer.formerUntil)}`)
}
