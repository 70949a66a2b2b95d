// The Fleet tab of OpenClaw's Control UI: read-only, drawn anew every few seconds. Its frame is sandboxed without
// same-origin and gets no script from here; what changes something is the dashboard's.
import type { IncomingMessage, ServerResponse } from 'node:http';
import { html } from 'hono/html';
import type { FleetClient } from '../client/client.ts';
import { FleetError } from '../common/errors.ts';
import { since } from '../common/units.ts';
import type { GateView } from '../contract/gates.ts';
import type { FleetStatus } from '../contract/status.ts';
import { boardOrder, capacityLine } from '../text/index.ts';
import { line } from '../text/sanitise.ts';
import { attentionNote, currentOf, stateOf } from '../text/situation.ts';

export const panelPath = '/plugins/meta-coordinator/panel';

/** For `api.session.controls.registerControlUiDescriptor`. */
export const panelDescriptor = {
  id: 'fleet-panel',
  surface: 'tab',
  label: 'Fleet',
  description: 'What runs, what waits and why, across all products',
  icon: 'folder',
  group: 'control',
  order: 5,
  path: panelPath,
  requiredScopes: ['operator.read'],
} as const;

const refreshSeconds = 4;

/**
 * @param connect the client of fleetd; throws a FleetError when no socket is configured
 * @param dashboardUrl where a human answers; null: there is no dashboard
 */
export function panelRoute(connect: () => FleetClient, dashboardUrl: string | null) {
  return {
    path: panelPath,
    auth: 'gateway',
    match: 'exact',
    async handler(_request: IncomingMessage, response: ServerResponse): Promise<boolean> {
      const body = await Promise.resolve()
        .then(connect)
        .then((client) => Promise.all([client.status(), client.gates()]))
        .then(([status, gates]) => fleet(status, gates), failed);
      response.setHeader('content-type', 'text/html; charset=utf-8');
      response.setHeader('cache-control', 'no-store');
      response.end(String(await page(body, dashboardUrl)));
      return true;
    },
  } as const;
}

type Html = ReturnType<typeof html>;

const page = (body: Html, dashboardUrl: string | null) => html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="refresh" content="${refreshSeconds}">
<title>Fleet</title>
<style>
:root { color-scheme: light dark; }
body { margin: 0; padding: 1.25rem; font: 15px/1.5 system-ui, sans-serif; background: light-dark(#f6f6f4, #131416); color: light-dark(#1c1d1f, #e7e7e4); }
h1 { font-size: 1.3rem; margin: 0; }
h2 { font-size: 1rem; margin: 0; }
.needs { margin: 1rem 0; padding: .6rem 1rem; border: 1px solid; border-left-width: 4px; border-radius: 8px; border-color: light-dark(#8a5300, #f0b657); background: light-dark(#fff, #1b1d20); }
ul { margin: .25rem 0 0; padding: 0; list-style: none; }
p { margin: .25rem 0; }
table { width: 100%; margin: 1rem 0; border-collapse: collapse; }
th:first-child, td:nth-child(2) { white-space: nowrap; }
th, td { text-align: left; vertical-align: top; padding: .5rem 1rem .5rem 0; border-bottom: 1px solid light-dark(#d8d8d4, #33373d); overflow-wrap: anywhere; }
.quiet { color: light-dark(#5d6066, #9fa3aa); }
.good { color: light-dark(#14703a, #63cf8d); } .busy { color: light-dark(#1d5f9e, #7dbdf5); }
.warn { color: light-dark(#8a5300, #f0b657); } .bad { color: light-dark(#b3261e, #ff938a); }
code { user-select: all; }
a { color: light-dark(#2450a8, #8ab0ff); }
</style>
</head>
<body>
<h1>Fleet</h1>
${body}
${dashboardUrl === null ? '' : html`<p class="quiet">To answer, and for more: the dashboard, <a href="${dashboardUrl}" target="_blank" rel="noopener"><code>${dashboardUrl}</code></a></p>`}
</body>
</html>`;

function fleet(status: FleetStatus, gates: GateView[]): Html {
  return html`<p>${capacityLine(status.capacity)}</p>
${needsYou(gates, Date.parse(status.at))}
${status.runtime.error ? html`<p class="bad">${line(status.runtime.error.message)} ${line(status.runtime.error.mend)}</p>` : ''}
<table>
<thead><tr><th scope="col">Product</th><th scope="col">State</th><th scope="col">Objective</th></tr></thead>
<tbody>${boardOrder(status.products).map((product) => {
    const { state, tone } = stateOf(product);
    const objective = currentOf(product, status.queue);
    const notes = [objective?.state === 'queued' ? objective.why : null, attentionNote(product)];
    return html`<tr><th scope="row">${product.name}</th><td class="${tone}">${state}</td><td>${objective ? `${objective.id} ${line(objective.text).slice(0, 200)}` : ''} <span class="quiet">${line(notes.filter(Boolean).join(' · '))}</span></td></tr>`;
  })}</tbody>
</table>
<p class="quiet">As of ${status.at.slice(11, 19)} UTC.</p>`;
}

function needsYou(gates: GateView[], nowMs: number): Html | '' {
  if (gates.length === 0) return '';
  return html`<section class="needs"><h2>Needs you</h2>
<ul>${gates.map(
    (gate) =>
      html`<li><strong>Gate ${gate.n}: ${line(gate.subject)}</strong> <span class="quiet">${gate.product ?? 'the whole fleet'}, asked by ${line(gate.asker)} ${since(gate.askedAt, nowMs) ?? ''} ago</span></li>`,
  )}</ul></section>`;
}

function failed(thrown: unknown): Html {
  const error = FleetError.wrap(thrown);
  return html`<p class="bad">${error.message} ${error.mend} (${error.code})</p>`;
}
