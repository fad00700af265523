"""The accounts, the devices and the programs that may come in, and those who look after them."""
