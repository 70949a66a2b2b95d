// The gateway of the tests before a real fleetd, with a model that only counts what it is asked.
import { type ScriptedModel, startScriptedModel } from '../test/openclaw/scripted-model.ts';
import { openGateway, type TestGateway } from '../test/support/gateway.ts';

/** @param fleetd its socket; resolves when the gateway is ready */
export async function openCountedGateway(fleetd: string): Promise<TestGateway & { model: ScriptedModel }> {
  const model = await startScriptedModel(() => ({ text: 'unexpected', calls: [] }));
  const gateway = await openGateway({ fleetd, model: model.url });
  return {
    ...gateway,
    model,
    async [Symbol.asyncDispose]() {
      await gateway[Symbol.asyncDispose]();
      await model.close();
    },
  };
}
