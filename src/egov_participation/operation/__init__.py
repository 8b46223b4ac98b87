"""What whoever runs the servers needs: serving, backups and their return, the doctor."""
