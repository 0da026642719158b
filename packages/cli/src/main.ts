process.stdout.write("hookwalk\n");
