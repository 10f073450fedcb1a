// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

import { IReceipt, VaultFixture } from "./VaultFixture.sol";

contract ReceiptTest is VaultFixture {
    IReceipt private receipt;

    function setUp() public override {
        super.setUp();
        sendCards(10, "");
        receipt = cardReceipt();
    }

    function test_transfer_moves() public {
        vm.expectEmit(true, true, true, true, address(receipt));
        emit IReceipt.Transfer(holder, payee, 4);
        vm.prank(holder);
        assertTrue(receipt.transfer(payee, 4));
        assertEq(receipt.balanceOf(holder), 6);
        assertEq(receipt.balanceOf(payee), 4);
    }

    function test_transfer_refusesTooMuchAndNobody() public {
        vm.startPrank(holder);
        refuses(abi.encodeWithSelector(IReceipt.BalanceTooLow.selector, holder, 10, 11));
        receipt.transfer(payee, 11);
        refuses(abi.encodeWithSelector(IReceipt.NoRecipient.selector));
        receipt.transfer(address(0), 1);
    }

    /// @dev The vault has no call that would give them out again.
    function test_transfer_refusesTheVault() public {
        vm.startPrank(holder);
        refuses(abi.encodeWithSelector(IReceipt.NoRecipient.selector));
        receipt.transfer(address(vault), 1);
        receipt.approve(holder, 1);
        refuses(abi.encodeWithSelector(IReceipt.NoRecipient.selector));
        receipt.transferFrom(holder, address(vault), 1);
        vm.stopPrank();
        assertEq(receipt.balanceOf(holder), 10);
    }

    function test_transferFrom_usesUpTheAllowance() public {
        vm.expectEmit(true, true, true, true, address(receipt));
        emit IReceipt.Approval(holder, payee, 5);
        vm.prank(holder);
        assertTrue(receipt.approve(payee, 5));
        vm.startPrank(payee);
        assertTrue(receipt.transferFrom(holder, stranger, 3));
        assertEq(receipt.allowance(holder, payee), 2);
        assertEq(receipt.balanceOf(stranger), 3);
        refuses(abi.encodeWithSelector(IReceipt.AllowanceTooLow.selector, holder, payee, 2, 3));
        receipt.transferFrom(holder, stranger, 3);
    }

    function test_transferFrom_leavesAnEndlessAllowance() public {
        vm.prank(holder);
        receipt.approve(payee, type(uint256).max);
        vm.prank(payee);
        receipt.transferFrom(holder, stranger, 3);
        assertEq(receipt.allowance(holder, payee), type(uint256).max);
    }

    function test_mintAndBurn_areTheVaultsAlone() public {
        vm.startPrank(holder);
        refuses(abi.encodeWithSelector(IReceipt.OnlyVault.selector, holder));
        receipt.mint(holder, 1);
        refuses(abi.encodeWithSelector(IReceipt.OnlyVault.selector, holder));
        receipt.burn(holder, 1);
    }

    function test_mintAndBurn_tellOfThemselves() public {
        vm.expectEmit(true, true, true, true, address(receipt));
        emit IReceipt.Transfer(holder, address(0), 4);
        unwrapAs(holder, receipt, 4, holder);
        vm.expectEmit(true, true, true, true, address(receipt));
        emit IReceipt.Transfer(address(0), holder, 4);
        sendCards(4, "");
    }
}
