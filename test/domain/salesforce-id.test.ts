import { isRecordId, toEighteen } from '../../domain/salesforce-id';

describe('toEighteen', () => {
  it.each([
    { fifteen: '003Ec00000CyOT7', eighteen: '003Ec00000CyOT7IAN' },
    { fifteen: '001Ec00000GGw3i', eighteen: '001Ec00000GGw3iIAD' },
    { fifteen: '000000000000000', eighteen: '000000000000000AAA' },
  ])('adds the check characters of $fifteen', ({ fifteen, eighteen }) => {
    expect(toEighteen(fifteen)).toBe(eighteen);
    expect(toEighteen(eighteen)).toBe(eighteen);
  });

  it.each([
    { id: '003Ec00000CyOT7IAM', why: 'other check characters' },
    { id: '003ec00000cyot7ian', why: 'lower case' },
    { id: '003EC00000CYOT7IAN', why: 'upper case' },
    { id: '003Ec00000CyOT', why: '14 characters' },
    { id: '003Ec00000CyOT7I', why: '16 characters' },
    { id: '003Ec00000CyO-7', why: 'a character that ids do not have' },
    { id: ' 003Ec00000CyOT', why: 'a blank' },
    { id: '', why: 'nothing' },
  ])('refuses an id with $why', ({ id }) => {
    expect(toEighteen(id)).toBeNull();
    expect(isRecordId(id)).toBe(false);
  });
});
