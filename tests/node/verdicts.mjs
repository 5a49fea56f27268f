// Reads cases of documents from the second argument, asks the reference implementation whether each may be executed on
// the schema in the first, and prints the cases with its verdicts as JSON.
import { readFileSync } from 'node:fs';
import { buildSchema, getOperationAST, getVariableValues, parse, validate } from 'graphql';

const [schemaPath, casesPath] = process.argv.slice(2);
const schema = buildSchema(readFileSync(schemaPath, 'utf8'));

function readCases(text) {
  const cases = [];
  let rule;
  let current;
  for (const line of text.split('\n')) {
    if (line.startsWith('### ')) {
      current = { rule, name: line.slice(4), variables: '{}', lines: [] };
      cases.push(current);
    } else if (line.startsWith('## ')) {
      rule = line.slice(3);
      current = undefined;
    } else if (line.startsWith('#variables ')) {
      // As it stands: to this language 1.0 is 1.
      current.variables = line.slice('#variables '.length);
    } else if (line.startsWith('#operation ')) {
      current.operationName = line.slice('#operation '.length);
    } else {
      current?.lines.push(line);
    }
  }
  return cases.map(({ lines, ...rest }) => ({ ...rest, document: lines.join('\n').trimEnd() }));
}

// The first reason against executing it, and none when it may be executed.
function refusal({ document: source, variables, operationName }) {
  let document;
  try {
    document = parse(source);
  } catch (error) {
    return error.message;
  }
  const [invalid] = validate(schema, document);
  if (invalid) return invalid.message;
  const operation = getOperationAST(document, operationName);
  if (!operation) return 'It is not clear which operation is meant.';
  if (!schema.getRootType(operation.operation)) return `The schema has no ${operation.operation}.`;
  const { errors } = getVariableValues(schema, operation.variableDefinitions ?? [], JSON.parse(variables));
  return errors?.[0].message;
}

const verdicts = readCases(readFileSync(casesPath, 'utf8')).map((one) => ({ ...one, refusal: refusal(one) ?? null }));
console.log(JSON.stringify(verdicts));
