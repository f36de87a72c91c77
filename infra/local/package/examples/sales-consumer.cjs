/** Adds up the sales of a window, and puts the sum into the window's state. */
exports.handler = async (event) => {
  const sum = event.Records.reduce((sales, { kinesis }) => {
    const record = JSON.parse(Buffer.from(kinesis.data, 'base64').toString());
    return sales + record.sales;
  }, event.state.sales ?? 0);
  return { state: { sales: sum } };
};
