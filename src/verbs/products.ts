// products: what is managed.
import { productsText } from '../text/index.ts';
import { everywhere, type Verb } from './verb.ts';

export const products: Verb = {
  name: 'products',
  usage: '',
  summary: 'The products, with their descriptions and priorities',
  surfaces: everywhere,
  grammar: (command) => command,
  async run(_asked, { client }, show) {
    const status = await client.status();
    return { data: status.products, text: productsText(show, status) };
  },
};
