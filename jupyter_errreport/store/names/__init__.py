"""Which notebook a name is: by the name itself, by what authors say, and by the cells that they published."""
