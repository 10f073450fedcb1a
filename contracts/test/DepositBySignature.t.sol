// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

import { ChannelTerms, Permit, Permit2Transfer, ReceiveAuthorization } from "../src/interfaces/SluiceTypes.sol";
import { SigningToken } from "./mocks/SigningToken.sol";
import { Wallet1271 } from "./mocks/Wallet1271.sol";
import { Fixture } from "./support/Fixture.sol";

contract DepositBySignatureTest is Fixture {
    SigningToken private asset;
    ChannelTerms private t;
    bytes32 private id;
    uint256 private keyPayer = 0x7a7e;
    address private payer;

    function setUp() public override {
        super.setUp();
        asset = new SigningToken();
        payer = vm.addr(keyPayer);
        t = nativeTerms();
        t.token = address(asset);
        id = sluice.channelId(t);
        asset.mint(payer, 1000);
    }

    function deposits() private view returns (uint128, uint128) {
        return (stateOf(id).depositA, stateOf(id).depositB);
    }

    function assertDeposits(uint128 a, uint128 b) private view {
        assertEq(stateOf(id).depositA, a);
        assertEq(stateOf(id).depositB, b);
        assertEq(asset.balanceOf(address(sluice)), a + b);
    }

    // ---- ERC-2612 ----

    function permitOf(uint256 amount, uint256 deadline) private view returns (Permit memory) {
        (uint8 v, bytes32 r, bytes32 s) =
            vm.sign(keyPayer, asset.permitDigest(payer, address(sluice), amount, deadline));
        return Permit(deadline, v, r, s);
    }

    function test_permit() public {
        Permit memory p = permitOf(40, DEADLINE);
        emits();
        emit Deposited(id, 1 << 128 | 40);
        vm.prank(payer);
        sluice.depositWithPermit(t, 1, 40, p);
        assertDeposits(0, 40);
    }

    function test_aPermitSubmittedByAnotherBefore() public {
        Permit memory p = permitOf(40, DEADLINE);
        vm.prank(stranger);
        asset.permit(payer, address(sluice), 40, p.deadline, p.v, p.r, p.s);
        vm.prank(payer);
        sluice.depositWithPermit(t, 0, 40, p);
        assertDeposits(40, 0);
    }

    function test_aPermitPullsFromItsSenderOnly() public {
        Permit memory p = permitOf(40, DEADLINE);
        refuses(abi.encodeWithSelector(PullFailed.selector, asset, stranger, 40));
        vm.prank(stranger);
        sluice.depositWithPermit(t, 0, 40, p);
    }

    function test_aStandingAllowanceOfAnotherIsOutOfReach() public {
        vm.prank(payer);
        asset.approve(address(sluice), 500);
        Permit memory p;
        refuses(abi.encodeWithSelector(PullFailed.selector, asset, stranger, 40));
        vm.prank(stranger);
        sluice.depositWithPermit(t, 0, 40, p);
    }

    function test_aWrongPermitWithoutAllowance() public {
        Permit memory p = permitOf(40, DEADLINE);
        p.v ^= 7;
        refuses(abi.encodeWithSelector(PullFailed.selector, asset, payer, 40));
        vm.prank(payer);
        sluice.depositWithPermit(t, 0, 40, p);
    }

    // ---- EIP-3009 ----

    function authorize(uint256 key, uint256 value, uint8 party, bytes32 salt)
        private
        view
        returns (ReceiveAuthorization memory auth)
    {
        auth = ReceiveAuthorization(vm.addr(key), value, 0, DEADLINE, salt, "");
        bytes32 nonce = keccak256(abi.encode(id, party, salt));
        auth.signature = signBytes(
            key, asset.receiveDigest(auth.from, address(sluice), value, auth.validAfter, auth.validBefore, nonce)
        );
    }

    function test_authorizationRelayedByAnyone() public {
        ReceiveAuthorization memory auth = authorize(keyPayer, 40, 1, "salt");
        vm.prank(stranger);
        sluice.depositWithAuthorization(t, 1, auth);
        assertDeposits(0, 40);
        auth = authorize(keyPayer, 2, 0, "pepper");
        vm.prank(stranger);
        sluice.depositWithAuthorization(t, 0, auth);
        assertDeposits(2, 40);
    }

    function test_anAuthorizationGoesToItsChannelAndPartyOnly() public {
        ReceiveAuthorization memory auth = authorize(keyPayer, 40, 1, "salt");
        vm.expectRevert("authorization");
        sluice.depositWithAuthorization(t, 0, auth);
        ChannelTerms memory other = t;
        other.nonce = 2;
        vm.expectRevert("authorization");
        sluice.depositWithAuthorization(other, 1, auth);
        auth.salt = "pepper";
        vm.expectRevert("authorization");
        sluice.depositWithAuthorization(t, 1, auth);
    }

    /// @dev Nobody brings another value, and nobody brings the money to the contract without a deposit.
    function test_anAuthorizationIsForItsValueAndTheContractAlone() public {
        ReceiveAuthorization memory auth = authorize(keyPayer, 40, 1, "salt");
        auth.value = 39;
        vm.expectRevert("authorization");
        sluice.depositWithAuthorization(t, 1, auth);
        auth.value = 40;
        bytes32 nonce = keccak256(abi.encode(id, uint8(1), bytes32("salt")));
        (uint8 v, bytes32 r, bytes32 s) =
            vm.sign(keyPayer, asset.receiveDigest(payer, address(sluice), 40, 0, DEADLINE, nonce));
        vm.prank(stranger);
        vm.expectRevert("caller");
        asset.receiveWithAuthorization(payer, address(sluice), 40, 0, DEADLINE, nonce, v, r, s);
        sluice.depositWithAuthorization(t, 1, auth);
        assertDeposits(0, 40);
    }

    function test_anAuthorizationCountsOnce() public {
        ReceiveAuthorization memory auth = authorize(keyPayer, 40, 1, "salt");
        sluice.depositWithAuthorization(t, 1, auth);
        vm.expectRevert(bytes("used"));
        sluice.depositWithAuthorization(t, 1, auth);
    }

    function test_anAuthorizationByAContractWallet() public {
        address wallet = address(new Wallet1271(payer));
        asset.mint(wallet, 40);
        ReceiveAuthorization memory auth = ReceiveAuthorization(wallet, 40, 0, DEADLINE, "salt", "");
        bytes32 digest = asset.receiveDigest(
            wallet, address(sluice), 40, 0, DEADLINE, keccak256(abi.encode(id, uint8(0), bytes32("salt")))
        );
        auth.signature = bytes.concat(signBytes(keyPayer, digest), "tail");
        sluice.depositWithAuthorization(t, 0, auth);
        assertDeposits(40, 0);
    }

    // ---- all ----

    function test_nativeValueHasNoneOfThese() public {
        ChannelTerms memory native = nativeTerms();
        Permit memory p;
        refuses(abi.encodeWithSelector(NeedsToken.selector));
        sluice.depositWithPermit(native, 0, 1, p);
        ReceiveAuthorization memory auth;
        refuses(abi.encodeWithSelector(NeedsToken.selector));
        sluice.depositWithAuthorization(native, 0, auth);
        Permit2Transfer memory transfer;
        refuses(abi.encodeWithSelector(NeedsToken.selector));
        sluice.depositWithPermit2(native, 0, transfer);
    }

    function test_aSettledChannelTakesNone() public {
        settled(t, noVoucher(), noVoucher());
        ReceiveAuthorization memory auth = authorize(keyPayer, 40, 1, "salt");
        auth.validBefore = type(uint256).max;
        bytes32 nonce = keccak256(abi.encode(id, uint8(1), bytes32("salt")));
        auth.signature =
            signBytes(keyPayer, asset.receiveDigest(payer, address(sluice), 40, 0, type(uint256).max, nonce));
        refuses(abi.encodeWithSelector(ChannelOver.selector, id));
        sluice.depositWithAuthorization(t, 1, auth);
        assertEq(asset.balanceOf(payer), 1000);
    }
}
