/** What the streams of server-sent events hold: a description, and some of one as it comes. */
const EVENT = '{"seq":3,"time":1764460800000,"channel":"terminal","type":"output","data":{"text":"hello\\r\\n"}}'

export const STREAMS: Readonly<Record<string, { readonly description: string; readonly example: string }>> = {
  "log.follow": {
    description:
      "Server-sent events, each with JSON as data and the seq as id. event: an Event. snapshot: the current view, with seq, reason (fresh, trimmed, reset), session, and screen (text or base64) for a terminal or agent (messages, before, live) for an agent. synced: seq and log, sent once, when everything so far has been sent.",
    example: `event: event\nid: 3\ndata: ${EVENT}\n\nevent: synced\nid: 3\ndata: {"seq":3,"log":"…"}\n\n`,
  },
  "sessions.watch": {
    description:
      "Server-sent events, each with JSON as data and CHANGE@FEED as id. session: a Session that changed. synced: change and feed, sent once, when everything so far has been sent. reset: the cursor belonged to another store; every session follows.",
    example: 'event: synced\nid: 41@9f2c\ndata: {"change":41,"feed":"9f2c"}\n\n',
  },
}
