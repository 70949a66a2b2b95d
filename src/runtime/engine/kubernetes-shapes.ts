// What is read of the objects of Kubernetes; all else in them is left out.
import { z } from 'zod';

const metadata = z.object({
  name: z.string(),
  labels: z.record(z.string(), z.string()).default({}),
  annotations: z.record(z.string(), z.string()).default({}),
  deletionTimestamp: z.string().optional(),
});

const ended = z.object({
  exitCode: z.number(),
  reason: z.string().default(''),
  message: z.string().default(''),
});
const containerState = z.object({
  waiting: z.object({ reason: z.string().default(''), message: z.string().default('') }).optional(),
  running: z.object({}).optional(),
  terminated: ended.optional(),
});

export const podSchema = z.object({
  metadata,
  spec: z.object({ nodeName: z.string().optional() }),
  status: z
    .object({
      phase: z.string().default(''),
      reason: z.string().default(''),
      message: z.string().default(''),
      conditions: z
        .array(
          z.object({
            type: z.string(),
            status: z.string(),
            reason: z.string().default(''),
            message: z.string().default(''),
          }),
        )
        .default([]),
      containerStatuses: z
        .array(
          z.object({
            name: z.string(),
            ready: z.boolean().default(false),
            restartCount: z.number().default(0),
            imageID: z.string().default(''),
            state: containerState.default({}),
            lastState: containerState.default({}),
          }),
        )
        .default([]),
    })
    .prefault({}),
});
export type Pod = z.output<typeof podSchema>;

export const statefulSetSchema = z.object({
  metadata,
  spec: z.object({
    replicas: z.number().default(1),
    volumeClaimTemplates: z
      .array(
        z.object({
          spec: z.object({
            storageClassName: z.string().optional(),
            resources: z.object({ requests: z.object({ storage: z.string() }) }),
          }),
        }),
      )
      .default([]),
  }),
  status: z.object({ updateRevision: z.string().optional() }).default({}),
});
export type StatefulSet = z.output<typeof statefulSetSchema>;

export const eventSchema = z.object({
  reason: z.string().default(''),
  message: z.string().default(''),
  type: z.string().default(''),
  /** ISO; null of an event that has come once */
  lastTimestamp: z
    .string()
    .nullish()
    .transform((at) => at ?? ''),
});
export type KubernetesEvent = z.output<typeof eventSchema>;

export const listOf = <S extends z.ZodType>(schema: S) => z.object({ items: z.array(schema) });
